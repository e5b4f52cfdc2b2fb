// Runs the built command line with these arguments and keeps what V8 compiled of it, for the launcher to start the same
// command from. V8 itself refuses the result in any other version of Node; what it holds is then compiled anew.
const { renameSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const v8 = require('node:v8');

// V8 takes compiled code only with the flags that it was compiled with: those of the launcher, which sets none.
v8.setFlagsFromString = () => {};
const cache = join(__dirname, `../dist/cli.cjs.${process.argv[2]}.cache`);
const script = require('../bin/syswide.js');
process.on('exit', () => {
  writeFileSync(`${cache}.new`, script.createCachedData());
  renameSync(`${cache}.new`, cache);
});
