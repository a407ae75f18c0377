import type { Logger } from 'pino'

/** Something that must be looked after again and again, on every replica; its own queries see to it that each thing is done once. */
export interface Job {
  readonly name: string
  readonly everyMilliseconds: number
  /** Runs at the start already. */
  readonly atOnce?: boolean
  readonly run: () => Promise<unknown>
}

/** Runs jobs, each one after its own last run, and never two runs of a job at once. */
export function startJobs(jobs: readonly Job[], log: Logger): { stop(): Promise<void> } {
  let stopped = false
  const running = new Set<Promise<void>>()
  const timers = new Map<string, NodeJS.Timeout>()

  function plan(job: Job, wait = job.everyMilliseconds): void {
    if (stopped) return
    const timer = setTimeout(() => {
      const work = once(job).finally(() => {
        running.delete(work)
        plan(job)
      })
      running.add(work)
    }, wait)
    timers.set(job.name, timer)
  }

  async function once(job: Job): Promise<void> {
    try {
      await job.run()
    } catch (error) {
      log.error(
        { job: job.name, error: error instanceof Error ? error.message : String(error) },
        'job failed; it will run again',
      )
    }
  }

  for (const job of jobs) plan(job, job.atOnce ? 0 : job.everyMilliseconds)
  return {
    async stop() {
      stopped = true
      for (const timer of timers.values()) clearTimeout(timer)
      await Promise.all(running)
    },
  }
}
