import type { Person } from './person.ts'

/** A person by ids alone: all that state is ever kept under. */
export type Who = Pick<Person, 'tenant' | 'id'>
