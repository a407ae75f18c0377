/**
 * What may be forgotten but must be shared by all replicas: redelivery marks and rate limits. Redis where REDIS_URL is set,
 * this process's memory otherwise; test/store/ephemeral.test.ts holds both to the same contract.
 */
export interface Ephemeral {
  /** True for the first caller of this key within the time, false for every other. */
  claim(key: string, milliseconds: number): Promise<boolean>
  /** Lets go of a claim before its time. */
  release(key: string): Promise<void>
  /** Counts one use and says whether it is within `limit` uses per window (fixed window starting at the first use). */
  spend(
    key: string,
    limit: number,
    windowMilliseconds: number,
  ): Promise<{ allowed: boolean; retryAfterMilliseconds: number }>
  /** Resolves when the store really answers. */
  ping(): Promise<void>
  close(): Promise<void>
}
