import { encodeJson } from '../cortex/json.js';
import { frame, frameTime } from '../devo/frame.js';
import type { TagCount } from '../pull/receipts.js';
import type { DevoEvent } from '../services/service.js';
import { withEnvelope } from '../services/to-events.js';

export interface FrameOptions {
  /** `@devo_pulling_id` and the time of the frames, epoch ms. */
  readonly pullingId: number;
  /** Host of the frames. */
  readonly host: string;
  /** `@devo_environment`. */
  readonly environment: string | undefined;
}

/** Turns the events of one segment into frames and counts them by tag. */
export interface EventFrames {
  /** The frames of these events, one after the other. */
  frame(events: readonly DevoEvent[], lossless: boolean): string;
  readonly byTag: Readonly<Record<string, TagCount>>;
}

const NOTHING: TagCount = { events: 0, bytes: 0 };

export function createEventFrames({ pullingId, host, environment }: FrameOptions): EventFrames {
  const timeText = frameTime(pullingId);
  const byTag: Record<string, TagCount> = {};
  return {
    byTag,
    frame(events, lossless) {
      let text = '';
      for (const { tag, payload } of events) {
        const json = encodeJson(withEnvelope(payload, environment, pullingId), lossless);
        const line = frame({ timeText, host, tag, json });
        text += line;
        const before = byTag[tag] ?? NOTHING;
        byTag[tag] = {
          events: before.events + 1,
          bytes: before.bytes + Buffer.byteLength(line),
        };
      }
      return text;
    },
  };
}
