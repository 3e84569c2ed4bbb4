/** Something that waits until the test has looked. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

/** A gate that is closed until it is opened for good. */
export function closedGate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
