/**
 * Concurrent executions that the functions reserve, by the noun in their names. Of `reconcile` there is one writer. The
 * calls of the API, by operators and by a status page, are few: each reads the whole world, and EC2 and SSM throttle the
 * account as a whole.
 */
export const reservations = { reconcile: 1, api: 5 };
