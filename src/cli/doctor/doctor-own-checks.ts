import { accessSync, constants, lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { SyswideError } from '../../base/error';
import { RegistryDirectory } from '../../gang/registry/directory';
import { ownPlace } from '../../gang/registry/place';
import { type Finding, limited, missing, ok } from '../../host/diagnosis/finding';
import type { Kernel } from '../../native/kernel';
import { SHIM_ABI_VERSION } from '../../native/layout';

/** As `engines` in package.json has it. */
const OLDEST_NODE = 20;

export function nodeFinding(version: string = process.version): Finding {
  const major = Number(/^v(\d+)\./.exec(version)?.[1] ?? 0);
  if (major >= OLDEST_NODE) return ok('Node.js', version);
  return missing('Node.js', {
    detail: version,
    cost: 'syswide may fail anywhere',
    remedy: `install Node.js ${OLDEST_NODE} or newer`,
  });
}

/** Whether everything native loads: the shim and the FFI packages. */
export function shimFinding(load: () => Kernel): { readonly finding: Finding; readonly kernel?: Kernel } {
  const name = 'native shim';
  try {
    const kernel = load();
    return { kernel, finding: ok(name, `loads, with the FFI packages; ABI version ${SHIM_ABI_VERSION}`) };
  } catch (error) {
    const cost = 'nothing can be counted; list and part of doctor work';
    const known = error instanceof SyswideError ? error : undefined;
    const detail = known?.why ?? String(error);
    return { finding: missing(name, { detail, cost, remedy: known?.remedy ?? 'run `npm rebuild`' }) };
  }
}

/** Whether this user's gangs can be registered. Makes nothing: a directory that is not there yet is made when needed. */
export function registryFinding(place = ownPlace()): Finding {
  const name = 'registry';
  const cost = 'gangs of this user are not seen by ps and cannot be controlled by ctl';
  try {
    const directory = RegistryDirectory.open(place);
    directory?.close();
    if (directory) return ok(name, place.path);
  } catch (error) {
    if (!(error instanceof SyswideError)) throw error;
    return limited(name, { detail: `${place.path}: ${error.why}`, cost, remedy: `rm -r ${place.path}` });
  }
  const parent = dirname(place.path);
  if (mayMakeIn(parent)) return ok(name, `${place.path}, made when it is needed`);
  const remedy = 'set XDG_RUNTIME_DIR to a directory that belongs to this user';
  return limited(name, { detail: `${place.path} is not there and cannot be made in ${parent}`, cost, remedy });
}

function mayMakeIn(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return lstatSync(directory).isDirectory();
  } catch {
    return false;
  }
}
