// Runs the built command line with these arguments and keeps what V8 compiled of it, for the launcher. V8 itself refuses
// the result in any other version of Node; what it holds is then compiled anew.
const { renameSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const cache = join(__dirname, '../dist/cli.cjs.cache');
const script = require('../bin/syswide.js');
process.on('exit', () => {
  writeFileSync(`${cache}.new`, script.createCachedData());
  renameSync(`${cache}.new`, cache);
});
