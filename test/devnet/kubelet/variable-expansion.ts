/**
 * Replaces `$(NAME)` as Kubernetes does in env values, command and args: `$$` is a literal dollar, an unknown name
 * stays as it is written.
 */
export function expandVariables(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, dollar: string, name: string | undefined) => {
    if (dollar === '$') return '$';
    return name !== undefined && Object.hasOwn(variables, name) ? (variables[name] ?? whole) : whole;
  });
}
