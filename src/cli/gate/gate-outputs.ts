import type { GateOutcome } from '../../gate/outcome';
import { gateHtml } from '../../report/gate/gate-html';
import { gateJson } from '../../report/gate/gate-json';
import { gateJunit } from '../../report/gate/gate-junit';
import { gateAnnotations, gateMarkdown } from '../../report/gate/gate-markdown';
import { gateText } from '../../report/gate/gate-text';
import { type Sink, standardOutput } from '../console';
import { resultFile } from '../result-file';
import { version } from '../version';
import type { GateOptions } from './gate-request';

/** Where what is found is told. Files are opened before anything runs: a result that cannot be written would be lost. */
export class GateOutputs {
  readonly #files: { readonly sink: Sink; readonly text: (outcomes: readonly GateOutcome[]) => string }[] = [];

  /** @throws SyswideError OUTPUT_FAILED */
  constructor(private readonly options: GateOptions) {
    const { junit, markdown, html, passInconclusive } = options;
    const { GITHUB_STEP_SUMMARY: summary } = process.env;
    if (junit !== undefined) this.add(junit, false, (outcomes) => gateJunit(outcomes, !passInconclusive));
    if (markdown !== undefined) this.add(markdown, false, gateMarkdown);
    if (html !== undefined) this.add(html, false, gateHtml);
    if (summary) this.add(summary, true, gateMarkdown);
  }

  /**
   * What cannot be written anywhere takes nothing from the others: a reader that is gone leaves the files whole.
   * @throws SyswideError OUTPUT_FAILED of the first that failed, once all have been tried
   */
  tell(outcomes: readonly GateOutcome[]): void {
    const failures: unknown[] = [];
    const attempt = (write: () => void) => {
      try {
        write();
      } catch (error) {
        failures.push(error);
      }
    };
    attempt(() => this.print(outcomes));
    for (const { sink, text } of this.#files) {
      attempt(() => {
        sink.write(text(outcomes));
        sink.done();
      });
    }
    if (failures.length > 0) throw failures[0];
  }

  /**
   * What gates found before one of them came to no verdict: minutes of measurement, which nobody shall have to repeat. Only as text:
   * documents and files are of all gates.
   */
  tellSoFar(outcomes: readonly GateOutcome[]): void {
    if (this.options.json || outcomes.length === 0) return;
    try {
      standardOutput.write(`${this.textOf(outcomes)}\n`);
    } catch {
      // What ended it is told.
    }
  }

  private print(outcomes: readonly GateOutcome[]): void {
    if (this.options.json) {
      standardOutput.write(gateJson(outcomes, version));
      return;
    }
    standardOutput.write(this.textOf(outcomes));
    if (process.env.GITHUB_ACTIONS === 'true') standardOutput.write(gateAnnotations(outcomes));
  }

  private textOf(outcomes: readonly GateOutcome[]): string {
    return outcomes.map((outcome) => gateText(outcome, standardOutput)).join('\n');
  }

  close(): void {
    for (const { sink } of this.#files.splice(0)) sink.close();
  }

  private add(path: string, append: boolean, text: (outcomes: readonly GateOutcome[]) => string): void {
    try {
      this.#files.push({ sink: resultFile(path, append ? 'appended' : 'whole'), text });
    } catch (error) {
      this.close();
      throw error;
    }
  }
}
