/** One simple command with its redirections. */
export interface Command {
  readonly words: readonly Word[];
  readonly output: Word | undefined;
  /** With `2>/dev/null`. */
  readonly silent: boolean;
}

/** Pieces of a word; variables are filled in when the command runs. */
export type Word = readonly (string | { readonly variable: string })[];

export type Script = readonly Statement[];

export type Statement =
  | { readonly kind: 'pipeline'; readonly commands: readonly Command[]; readonly onlyAfterSuccess: boolean }
  | { readonly kind: 'if'; readonly condition: Script; readonly then: Script; readonly otherwise: Script };

type Token = { readonly operator: string } | { readonly word: Word };

/** Parses the little of sh that init containers use. Throws for anything else. */
export function parseScript(text: string): Script {
  const tokens = tokenize(text);
  const [script, rest] = parseUntil(tokens, []);
  if (rest.length > 0) throw new Error('syntax error: unexpected word');
  return script;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /(\\\n|[ \t]+)|(2>\/dev\/null|&&|[;|>\n])|((?:'[^']*'|"(?:\\.|[^"])*"|[^\s;|>&'"])+)/gy;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) throw new Error('syntax error: this shell knows only simple scripts');
    if (match[2] !== undefined) tokens.push({ operator: match[2] });
    if (match[3] !== undefined) tokens.push({ word: parseWord(match[3]) });
  }
  return tokens;
}

function parseWord(text: string): Word {
  return [...text.matchAll(/'([^']*)'|"((?:\\.|[^"])*)"|([^'"]+)/g)].flatMap(([, single, double, bare]) =>
    single === undefined ? expandable(double ?? bare ?? '') : [single],
  );
}

function expandable(text: string): Word {
  return text
    .split(/(\$\{?\w+\}?)/)
    .filter((part) => part !== '')
    .map((part) => {
      const variable = /^\$\{?(\w+)\}?$/.exec(part)?.[1];
      return variable === undefined ? part.replace(/\\(.)/g, '$1') : { variable };
    });
}

const textOf = (token: Token | undefined): string | undefined =>
  token !== undefined && 'word' in token && token.word.length === 1 && typeof token.word[0] === 'string'
    ? token.word[0]
    : undefined;
const isOperator = (token: Token | undefined, ...operators: string[]) =>
  token !== undefined && 'operator' in token && operators.includes(token.operator);

function parseUntil(tokens: readonly Token[], ends: readonly string[]): [Script, readonly Token[]] {
  const script: Statement[] = [];
  let rest = tokens;
  let chained = false;
  while (rest.length > 0) {
    const [first] = rest;
    const keyword = textOf(first);
    if (keyword !== undefined && ends.includes(keyword)) break;
    if (isOperator(first, ';', '\n', '&&')) {
      chained = isOperator(first, '&&');
      rest = rest.slice(1);
    } else if (keyword === 'if') {
      const [statement, after] = parseIf(rest.slice(1));
      script.push(statement);
      rest = after;
    } else {
      const [commands, after] = parsePipeline(rest);
      script.push({ kind: 'pipeline', commands, onlyAfterSuccess: chained });
      chained = false;
      rest = after;
    }
  }
  return [script, rest];
}

function parseIf(tokens: readonly Token[]): [Statement, readonly Token[]] {
  const [condition, afterCondition] = parseUntil(tokens, ['then']);
  const [then, afterThen] = parseUntil(afterCondition.slice(1), ['else', 'fi']);
  if (textOf(afterThen[0]) !== 'else') return [{ kind: 'if', condition, then, otherwise: [] }, afterThen.slice(1)];
  const [otherwise, afterElse] = parseUntil(afterThen.slice(1), ['fi']);
  return [{ kind: 'if', condition, then, otherwise }, afterElse.slice(1)];
}

function parsePipeline(tokens: readonly Token[]): [readonly Command[], readonly Token[]] {
  const commands: Command[] = [];
  let words: Word[] = [];
  let output: Word | undefined;
  let silent = false;
  let index = 0;
  for (; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (isOperator(token, ';', '\n', '&&')) break;
    if (isOperator(token, '|')) {
      commands.push({ words, output, silent });
      words = [];
      output = undefined;
      silent = false;
    } else if (isOperator(token, '>')) {
      const target = tokens[index + 1];
      output = target !== undefined && 'word' in target ? target.word : undefined;
      index += 1;
    } else if (isOperator(token, '2>/dev/null')) {
      silent = true;
    } else if (token !== undefined && 'word' in token) {
      words.push(token.word);
    }
  }
  return [[...commands, { words, output, silent }], tokens.slice(index)];
}
