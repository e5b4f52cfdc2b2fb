import type { EncodedAttr } from '../abi/attr';
import { assert, present } from '../base/assert';
import { scratch } from './foreign-library';
import type { OpenRequest } from './kernel';
import { openRequestLayout as layout } from './layout';
import { PackedTexts } from './packed-texts';

/** What sw_open_many() takes. */
export interface EventBatch {
  /** Each distinct attr once, `stride` bytes apart. */
  readonly attrs: Buffer;
  readonly stride: number;
  readonly attrCount: number;
  /** For each attr where in `texts` the one begins whose address goes into config1; -1 for none. */
  readonly config1Offsets: Buffer;
  readonly texts: Buffer;
  /** As many `struct sw_open_request` as requests. */
  readonly requests: Buffer;
}

/**
 * Packs requests for the shim. The clones of a gang share one attr object, which then is packed once.
 * @param texts where the texts go, with what was put there before
 */
export function packEvents(requests: readonly OpenRequest[], texts = new PackedTexts()): EventBatch {
  const indices = new Map<EncodedAttr, number>();
  const textOf = new Map<EncodedAttr, string | undefined>();
  const packed = scratch(requests.length * layout.size);
  requests.forEach((request, i) => {
    if (!indices.has(request.attr)) {
      indices.set(request.attr, indices.size);
      textOf.set(request.attr, request.config1Text);
    }
    assert(textOf.get(request.attr) === request.config1Text, 'requests of one attr share its text');
    const attr = present(indices.get(request.attr), 'it was just put there');
    writeRequest(packed.subarray(i * layout.size), request, attr);
  });
  const config1Offsets = texts.add([...textOf.values()]);
  return { ...packAttrs([...indices.keys()]), config1Offsets, texts: texts.bytes, requests: packed };
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

function packAttrs(attrs: readonly EncodedAttr[]): Pick<EventBatch, 'attrs' | 'stride' | 'attrCount'> {
  const stride = Math.max(0, ...attrs.map((attr) => attr.length));
  const packed = scratch(attrs.length * stride);
  attrs.forEach((attr, i) => {
    packed.set(attr, i * stride);
  });
  return { attrs: packed, stride, attrCount: attrs.length };
}
