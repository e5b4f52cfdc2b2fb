// Runs command lines one after the other, as `syswide` would each: see readers.ts. Each loads the launcher and the program
// anew, so that nothing is left of the one before but what Node and V8 know of the program's text.
const { readSync, writeSync } = require('node:fs');
const { setTimeout: pause } = require('node:timers/promises');

const [REQUESTS, REPLIES] = [3, 4];
const launcher = process.argv[2];

/** The next command line; undefined where there are no more. */
function nextArguments() {
  const bytes = Buffer.alloc(1 << 16);
  let text = '';
  while (!text.endsWith('\n')) {
    const length = readSync(REQUESTS, bytes);
    if (length === 0) return undefined;
    text += bytes.toString('utf8', 0, length);
  }
  return JSON.parse(text);
}

async function runOne(args) {
  process.argv = [process.execPath, launcher, ...args];
  process.exitCode = undefined;
  delete require.cache[launcher];
  require(launcher);
  // The last that a command does.
  while (process.exitCode === undefined) await pause(1);
  for (const name of ['exit', 'SIGHUP', 'SIGUSR1']) process.removeAllListeners(name);
  return process.exitCode;
}

async function main() {
  for (let args = nextArguments(); args !== undefined; args = nextArguments()) {
    writeSync(REPLIES, `${await runOne(args)}\n`);
  }
  process.exitCode = 0;
}

main();
