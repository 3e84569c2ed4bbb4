/** Gives back what was put in, the first first. */
export interface Heap<Item> {
  push(item: Item): void;
  pop(): Item | undefined;
}

export function createHeap<Item>(isBefore: (a: Item, b: Item) => boolean): Heap<Item> {
  const items: Item[] = [];

  function rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!swapIfBefore(at, parent)) return;
      at = parent;
    }
  }

  function sink(): void {
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      const first = isLess(right, left) ? right : left;
      if (!swapIfBefore(first, at)) return;
      at = first;
    }
  }

  function isLess(a: number, b: number): boolean {
    const [one, other] = [items[a], items[b]];
    return one !== undefined && other !== undefined && isBefore(one, other);
  }

  function swapIfBefore(lower: number, upper: number): boolean {
    const [below, above] = [items[lower], items[upper]];
    if (below === undefined || above === undefined || !isBefore(below, above)) return false;
    items[upper] = below;
    items[lower] = above;
    return true;
  }

  return {
    push(item) {
      items.push(item);
      rise(items.length - 1);
    },
    pop() {
      const [top] = items;
      const last = items.pop();
      if (top === undefined || last === undefined || items.length === 0) return top;
      items[0] = last;
      sink();
      return top;
    },
  };
}
