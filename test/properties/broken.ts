import type { World } from './world.ts'

/** Something that must never be. */
export class Broken extends Error {
  readonly person: string | undefined

  constructor(sentence: string, person?: string) {
    super(sentence)
    this.person = person
  }
}

/** @throws Broken where it does not hold */
export function must(holds: boolean, sentence: string, person?: string): asserts holds {
  if (!holds) throw new Broken(sentence, person)
}

/** Everything that was told of a person, to play it again. */
export function tale(world: World, broken: Broken): string {
  const lines = broken.person === undefined ? [] : (world.stories.get(broken.person) ?? [])
  return [...lines.slice(-80), ...world.worldwide.slice(-30)].join('\n')
}
