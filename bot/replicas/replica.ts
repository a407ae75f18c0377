/** This process among those of the bot. */
export interface Replica {
  /** What DBOS calls it: never the same for two processes, whatever they are configured to be called. */
  readonly executor: string
  /** Name of its connections to PostgreSQL: as long as there is one, it lives. */
  readonly connection: string
}

/** @param name for those who read logs and tables */
export function thisReplica(name: string, random: (size: number) => Buffer): Replica {
  const life = random(8).toString('hex')
  return { executor: `${name}.${life}`, connection: `helpbot-${life}` }
}
