import { breakpointsAreHit } from '../../src/gang/slots/hits';
import { RealKernel } from '../../src/native/real-kernel';

/** For `needs`: whether breakpoints count. Where nobody can try, as all registers are taken, the test itself shows. */
export const breakpointHits = breakpointsAreHit(RealKernel.shared()) ?? true;
export const HITS = 'a machine that reports when a breakpoint is hit';
