import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { wellKnownGroups } from './company/cast.ts'

const ids: ReadonlyMap<string, string> = new Map(Object.entries(wellKnownGroups))

/**
 * What people of the practice company can ask for: infra/practice/catalogue.yaml with the ids of the groups.
 * @throws Error naming a group that the company does not have
 */
export function practiceCatalogue(): string {
  const text = readFileSync(new URL('./catalogue.yaml', import.meta.url), 'utf8')
  const entries = text.slice(text.indexOf('\nentries:'))
  return entries.replaceAll(/<(\w+)>/g, (_, name: string) => {
    const id = ids.get(name)
    if (id === undefined) throw new Error(`the practice company has no group ${name}`)
    return id
  })
}

/** Writes the practice catalogue into the folder. @returns the file, for HELPBOT_CATALOGUE */
export function writePracticeCatalogue(folder: string): string {
  const file = join(folder, 'catalogue.yaml')
  writeFileSync(file, practiceCatalogue())
  return file
}
