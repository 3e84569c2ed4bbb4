import { frame, frameTime } from '../devo/frame.js';
import type { TagCount } from '../pull/receipts.js';
import type { DevoEvent } from '../services/service.js';
import { envelope, eventJson } from '../services/to-events.js';

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
  /** The frames of these events, in their order. */
  frame(events: readonly DevoEvent[], lossless: boolean): Buffer[];
  readonly byTag: Readonly<Record<string, TagCount>>;
}

const NOTHING: TagCount = { events: 0, bytes: 0 };

export function createEventFrames({ pullingId, host, environment }: FrameOptions): EventFrames {
  const timeText = frameTime(pullingId);
  const lastFields = envelope(environment, pullingId);
  const byTag: Record<string, TagCount> = {};
  return {
    byTag,
    frame(events, lossless) {
      return events.map((event) => {
        const { tag } = event;
        const json = eventJson(event, lossless, lastFields);
        const line = Buffer.from(frame({ timeText, host, tag, json }), 'utf8');
        const before = byTag[tag] ?? NOTHING;
        byTag[tag] = { events: before.events + 1, bytes: before.bytes + line.length };
        return line;
      });
    },
  };
}
