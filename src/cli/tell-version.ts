import { asSyswideError, complain, errorLine, offer } from './console';
import { exitStatus } from './exit-status';
import { version } from './version';

// What bin/syswide.js runs for `--version`, instead of all the rest: scripts ask for it often.
try {
  offer(`${version}\n`);
} catch (error) {
  complain(errorLine(asSyswideError(error)));
  process.exitCode = exitStatus.failed;
}
