import type { EncodedAttr } from '../abi/attr';
import { present } from '../base/assert';
import { scratch } from './foreign-library';
import type { OpenRequest } from './kernel';
import { openRequestLayout as layout } from './layout';

/** What sw_open_many() takes. */
export interface EventBatch {
  /** Each distinct attr once, `stride` bytes apart. */
  readonly attrs: Buffer;
  readonly stride: number;
  readonly attrCount: number;
  /** As many `struct sw_open_request` as requests. */
  readonly requests: Buffer;
}

/** Packs requests for the shim. The clones of a gang share one attr object, which then is packed once. */
export function packEvents(requests: readonly OpenRequest[]): EventBatch {
  const indices = new Map<EncodedAttr, number>();
  const packed = scratch(requests.length * layout.size);
  requests.forEach((request, i) => {
    if (!indices.has(request.attr)) indices.set(request.attr, indices.size);
    const attr = present(indices.get(request.attr), 'it was just put there');
    writeRequest(packed.subarray(i * layout.size), request, attr);
  });
  return { ...packAttrs([...indices.keys()]), requests: packed };
}

function writeRequest(to: Buffer, request: OpenRequest, attr: number): void {
  const { leader } = request;
  to.writeInt32LE(attr, layout.attr);
  to.writeInt32LE(request.pid, layout.pid);
  to.writeInt32LE(request.cpu, layout.cpu);
  to.writeInt32LE(leader && 'request' in leader ? leader.request : -1, layout.leader);
  to.writeInt32LE(leader && 'fd' in leader ? leader.fd : -1, layout.leaderFd);
  to.writeUInt32LE(request.flags ?? 0, layout.flags);
}

function packAttrs(attrs: readonly EncodedAttr[]): Omit<EventBatch, 'requests'> {
  const stride = Math.max(0, ...attrs.map((attr) => attr.length));
  const packed = scratch(attrs.length * stride);
  attrs.forEach((attr, i) => {
    packed.set(attr, i * stride);
  });
  return { attrs: packed, stride, attrCount: attrs.length };
}
