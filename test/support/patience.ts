/** How long tests wait for what must come, in milliseconds: far more than it takes, because a busy machine decides no test. */
export const patience = 45_000
