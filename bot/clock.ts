/** Tells the time. Passed to whatever needs it, so that tests can move it. */
export type Clock = () => Date
