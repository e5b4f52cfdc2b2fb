import { unpack } from '../view/packed';
import { element } from './elements';
import { Page } from './page';

/** The data that the page carries. */
async function carried(): Promise<Uint8Array> {
  const text = atob(document.getElementById('data')?.textContent ?? '');
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

carried()
  .then((bytes) => {
    new Page(unpack(bytes)).start();
    document.documentElement.dataset.ready = 'yes';
    requestAnimationFrame(() => performance.mark('painted'));
  })
  .catch((error: unknown) => {
    element('summary', HTMLElement).textContent = `This page cannot be shown: ${String(error)}`;
  });
