import { NO_RECEIVER_TROUBLE } from '../world/output.js';
import type { ReceiverTrouble } from '../world/output.js';
import { change } from './fault.js';
import type { Fault } from './fault.js';

/** What receivers do. */
export const RECEIVER_FAULTS: readonly Fault[] = [
  trouble('receiver down', 'down', () => true, 3),
  trouble('receiver hangs', 'hanging', () => true),
  trouble('receiver refuses the certificate', 'refusing', () => true),
  trouble('receiver breaks connections', 'breaking', (share) => share * 0.6),
  trouble('receiver closes early', 'closing', (share) => share * 0.6),
  trouble('receiver resets after the last byte', 'resetAtEnd', (share) => share * 0.6),
  trouble('receiver never closes', 'neverClosing', (share) => share),
  trouble('receiver slow', 'slowMs', (share) => 1_000 + share * 60_000),
];

function trouble<Key extends keyof ReceiverTrouble>(
  kind: string,
  key: Key,
  value: (share: number) => ReceiverTrouble[Key],
  weight = 1,
): Fault {
  return {
    kind,
    weight,
    strike: ({ receivers }, random) => {
      const all = [...receivers.values()];
      const receiver = all[random.below(all.length)];
      return (
        receiver && change(receiver.trouble, key, value(random.next()), NO_RECEIVER_TROUBLE[key])
      );
    },
  };
}
