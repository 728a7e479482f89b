/** Values of a log line; undefined ones are left out. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
export type LogLevel = 'info' | 'warn' | 'error' | 'crit';

export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The line itself, for a program that exits with it. */
  line(level: LogLevel, message: string, fields?: LogFields): string;
}

type Format = (level: LogLevel, message: string, fields: LogFields, at: Date) => string;

function logOf(format: Format, write: (line: string) => void): Log {
  const line = (level: LogLevel, message: string, fields: LogFields = {}) => format(level, message, fields, new Date());
  return {
    info: (message, fields) => write(line('info', message, fields)),
    warn: (message, fields) => write(line('warn', message, fields)),
    error: (message, fields) => write(line('error', message, fields)),
    line,
  };
}

/** Lines of the op-* programs: logfmt (what `text` is without a terminal) or json. */
export function opLog(format: string, write: (line: string) => void): Log {
  return logOf(format === 'json' ? jsonLine : logfmtLine, write);
}

/** Lines of geth: `INFO [11-22|12:17:01.403] Message   key=value`. */
export function gethLog(write: (line: string) => void): Log {
  return logOf(gethLine, write);
}

const logfmtLine: Format = (level, message, fields, at) =>
  [`t=${at.toISOString().slice(0, 19)}+0000`, `lvl=${level}`, `msg=${goQuoted(message)}`, ...pairs(fields)].join(' ');

const jsonLine: Format = (level, message, fields, at) =>
  JSON.stringify({ t: at.toISOString(), lvl: level, msg: message, ...fields });

const gethLine: Format = (level, message, fields, at) => {
  const [day, time] = at.toISOString().slice(5, 23).split('T');
  const rest = pairs(fields).join(' ');
  const padded = rest === '' ? message : message.padEnd(40);
  return `${level.toUpperCase().padEnd(5)}[${day}|${time}] ${padded} ${rest}`.trimEnd();
};

function pairs(fields: LogFields): string[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${/[ "=]/.test(key) ? JSON.stringify(key) : key}=${quoted(String(value))}`);
}

function quoted(text: string): string {
  return text === '' || /[^!-~]|["=]/.test(text) ? goQuoted(text) : text;
}

/** As strconv.Quote: in an error of a node and in extra data there may be bytes that are no text. */
function goQuoted(text: string): string {
  const special: Readonly<Record<string, string>> = { '07': '\\a', '0b': '\\v' };
  return JSON.stringify(text)
    .replace(/\\u00([0-9a-f]{2})/g, (_, code: string) => special[code] ?? `\\x${code}`)
    .replace(/[\u007f-\u00ff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
}
