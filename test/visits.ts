/** Something that counts how often anything inside it is read. */
export interface Visited<T> {
  value: T;
  visits(): number;
}

/** A view of plain data, arrays and sets of texts that counts how often a field, an element or a key of it is read. */
export function countVisits<T extends object>(data: T): Visited<T> {
  let visits = 0;
  const views = new WeakMap<object, object>();

  function viewOf(target: object): object {
    const known = views.get(target);
    if (known) return known;
    const view = target instanceof Set ? setView(target) : new Proxy(target, { get });
    views.set(target, view);
    return view;
  }

  function get(target: object, key: string | symbol): unknown {
    visits += 1;
    const value: unknown = Reflect.get(target, key);
    return typeof value === "object" && value !== null ? viewOf(value) : value;
  }

  function setView(set: ReadonlySet<unknown>): object {
    function* elements() {
      for (const element of set) {
        visits += 1;
        yield element;
      }
    }
    const has = (element: unknown) => {
      visits += 1;
      return set.has(element);
    };
    return { has, [Symbol.iterator]: elements };
  }

  return { value: viewOf(data) as T, visits: () => visits };
}
