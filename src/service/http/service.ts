import type { OptionRules } from '../../library/detect-options.js';
import type { FaceDetector } from '../../library/detector.js';
import type { NativeProbe } from '../../library/native.js';
import type { Config } from '../config.js';
import type { Logger } from '../log.js';
import type { Readiness } from '../worker-messages.js';
import type { Admission } from './admission.js';
import type { SearchWatch } from './search-watch.js';
import type { Tracing } from './tracing.js';
import type { WorkerMetrics } from './worker-metrics.js';

/** What the routes of one worker need. */
export interface Service {
  readonly config: Config;
  readonly detector: Pick<
    FaceDetector,
    'detect' | 'annotate' | 'redact' | 'crops' | 'crop' | 'focalPoint' | 'model' | 'models' | 'opencvVersion'
  >;
  /** Options that requests may set. */
  readonly rules: OptionRules;
  readonly admission: Admission;
  readonly metrics: WorkerMetrics;
  readonly tracing: Tracing;
  /** Reads an image's header; throws what the search would. */
  readonly probe: (
    image: Uint8Array,
  ) => Pick<NativeProbe, 'width' | 'height' | 'peakBytesWithAlpha'> & { format?: string };
  readonly watch: SearchWatch;
  readonly log: Logger;
  readonly readiness: () => Readiness;
  /** Aborts when this worker drains: discarded bodies are no longer waited for. */
  readonly draining: AbortSignal;
  /** The configured model whose weights are missing. */
  readonly standsInFor?: string | undefined;
}
