/**
 * Ties child processes to this one: whatever ends it (normal exit, a signal, an uncaught exception, even SIGKILL),
 * its children are killed. A shell that reads from a pipe does it: the kernel closes the pipe with the process, the
 * shell sees the end of its input and kills what is still on its list. Needs only a POSIX shell.
 */
import { type ChildProcess, spawn } from 'node:child_process';

const SCRIPT = `trap '' INT TERM HUP
list=' '
while read -r operation pid; do
  case $operation in
    +) list="$list$pid " ;;
    -) list="\${list%% $pid *} \${list#* $pid }" ;;
  esac
done
for pid in $list; do kill -9 "-$pid" 2>/dev/null || kill -9 "$pid" 2>/dev/null; done
exit 0`;

let shell: ChildProcess | undefined;

function tell(line: string): void {
  if (shell === undefined || shell.exitCode !== null) {
    // A group of its own: Ctrl-C in a terminal reaches this process, which then decides, but never the leash.
    shell = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    shell.unref();
    shell.stdin?.on('error', () => {});
    if (shell.stdin !== null && 'unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref();
  }
  shell.stdin?.write(`${line}\n`);
}

/** From now on the process group `pid` dies with this process. */
export function leash(pid: number): void {
  tell(`+ ${pid}`);
}

/** The process is gone: its number may belong to somebody else from now on. */
export function unleash(pid: number): void {
  tell(`- ${pid}`);
}
