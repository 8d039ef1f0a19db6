/**
 * The concurrent executions that the functions reserve and are limited to, by the noun in their names. `reconcile` is
 * the one writer (principle 9). Operators and a status page call `api`; each call reads the whole world, and EC2 and
 * SSM throttle the account as a whole.
 */
export const reservations = { reconcile: 1, api: 5 };
