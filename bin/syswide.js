#!/bin/sh
':' //; [ "$NODE_EXTRA_CA_CERTS" ] && export SYSWIDE_CA_CERTS="$NODE_EXTRA_CA_CERTS" && unset NODE_EXTRA_CA_CERTS; [ -r /proc/self/stat ] && read -r SYSWIDE_PROC_STAT </proc/self/stat && export SYSWIDE_PROC_STAT; exec node "$0" "$@"
// For the shell, the line above is a program that runs this file with Node; for Node, it is a string and a comment. It hides
// the certificates of NODE_EXTRA_CA_CERTS, which Node would read first: that takes twice as long as everything else here, and
// nothing speaks TLS. Commands that are run find the variable as it was. And it keeps what tells which signals are ignored,
// as by nohup: Node ignores none of them any more. src/base/hangup.ts reads it.
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

const { env } = process;
if (env.SYSWIDE_CA_CERTS !== undefined) {
  env.NODE_EXTRA_CA_CERTS = env.SYSWIDE_CA_CERTS;
  delete env.SYSWIDE_CA_CERTS;
}

/** What V8 has compiled of it when a command was run, or at least `stat`: undefined where there is nothing. */
function compiledCode(filename, command = '') {
  for (const name of /^[a-z]+$/.test(command) ? [command, 'stat'] : ['stat']) {
    try {
      return readFileSync(`${filename}.${name}.cache`);
    } catch {
      // It is compiled as it goes then.
    }
  }
}

/** With V8's compiled code of it, where that is there and fits: it saves a fifth of the start-up, and more of a report. */
function runCommandLine(command) {
  const filename = join(__dirname, '../dist/cli.cjs');
  const cachedData = compiledCode(filename, command);
  // A function, as Node makes of a module, see .build/build.mjs. It is all ASCII, which is read faster than what may not be.
  const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData });
  const cli = { exports: {} };
  script.runInThisContext()(cli.exports, createRequire(filename), cli, filename, dirname(filename));
  return script;
}

const [first, ...more] = process.argv.slice(2);
if (more.length === 0 && (first === '--version' || first === '-V')) require('../dist/version.cjs');
else module.exports = runCommandLine(first);
