import type { coresdk } from '@temporalio/proto';

type AnyCommand = coresdk.workflow_commands.IWorkflowCommand;
type Sure<Message, Field extends keyof Message> = Message & {
  [Key in Field]-?: NonNullable<Message[Key]>;
};

/** What an activity is asked for with. */
export type ScheduleActivity = Sure<
  coresdk.workflow_commands.IScheduleActivity,
  'seq' | 'activityId' | 'activityType' | 'taskQueue' | 'arguments'
>;

/** A command as the SDK's runtime makes it, with the fields that it always sets. */
export type Command = Omit<
  AnyCommand,
  | 'scheduleActivity'
  | 'requestCancelActivity'
  | 'startTimer'
  | 'cancelTimer'
  | 'setPatchMarker'
  | 'updateResponse'
> & {
  readonly scheduleActivity?: ScheduleActivity;
  readonly requestCancelActivity?: { readonly seq: number };
  readonly startTimer?: Sure<coresdk.workflow_commands.IStartTimer, 'seq'>;
  readonly cancelTimer?: { readonly seq: number };
  readonly setPatchMarker?: { readonly patchId: string };
  readonly updateResponse?: Sure<coresdk.workflow_commands.IUpdateResponse, 'protocolInstanceId'>;
};

export type Job = coresdk.workflow_activation.IWorkflowActivationJob;

/** Of a task that did nothing but refuse updates the server keeps nothing. */
export function isRefusal(jobs: readonly Job[], commands: readonly Command[]): boolean {
  return (
    jobs.length > 0 &&
    jobs.every(({ doUpdate }) => doUpdate) &&
    commands.every(({ updateResponse }) => updateResponse?.rejected)
  );
}

/** What is asked for and called off in one task never reaches the server. */
export function isUndone(
  { scheduleActivity, startTimer }: Command,
  commands: readonly Command[],
): boolean {
  if (startTimer) return commands.some((each) => each.cancelTimer?.seq === startTimer.seq);
  if (!scheduleActivity) return false;
  return commands.some((each) => each.requestCancelActivity?.seq === scheduleActivity.seq);
}
