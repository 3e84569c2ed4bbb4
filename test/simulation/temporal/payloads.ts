import {
  ActivityFailure,
  CancelledFailure,
  defaultFailureConverter,
  defaultPayloadConverter,
  toPayloads,
} from '@temporalio/common';
import type { Payload, ProtoFailure } from '@temporalio/common';

export const EMPTY_PAYLOADS: readonly Payload[] = [];

export function toPayloadList(values: readonly unknown[]): Payload[] {
  return toPayloads(defaultPayloadConverter, ...values) ?? [];
}

export function fromPayloadList(payloads: readonly Payload[]): unknown[] {
  return payloads.map((payload) => defaultPayloadConverter.fromPayload(payload));
}

export function bytesOf(payloads: readonly (Payload | null | undefined)[]): number {
  return payloads.reduce((sum, payload) => sum + (payload?.data?.length ?? 0), 0);
}

export function failureOf(error: unknown): ProtoFailure {
  return defaultFailureConverter.errorToFailure(error, defaultPayloadConverter);
}

export function errorOf(failure: ProtoFailure): Error {
  return defaultFailureConverter.failureToError(failure, defaultPayloadConverter);
}

export const CANCELLED: ProtoFailure = failureOf(new CancelledFailure('activity cancelled'));

/** How the SDK's core tells a workflow that an activity came to nothing. */
export function activityFailure(
  name: string,
  activityId: string,
  retryState: ActivityFailure['retryState'],
  cause: ProtoFailure,
): ProtoFailure {
  const failure = failureOf(
    new ActivityFailure('Activity task failed', name, activityId, retryState, 'worker'),
  );
  return { ...failure, cause };
}
