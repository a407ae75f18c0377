import { checkedYaml, type FileForm, frozen } from '../checked-yaml.ts'
import { versionOf } from '../version.ts'
import type { Catalogue } from './catalogue.ts'
import { lint } from './lint.ts'
import { type CatalogueContent, catalogueFile, namesAt } from './schema.ts'

export { PolicyError } from '../faults.ts'

const form: FileForm<CatalogueContent> = {
  what: 'catalogue',
  example: 'infra/catalogue.example.yaml',
  namesAt,
  kindAt: () => 'setting',
  longest: 4 * 1024 * 1024,
  shorten: 'leave out what nobody asks for',
  schema: catalogueFile,
  lint,
}

/**
 * Reads the catalogue: what people can ask for. It is refused as a whole when anything in it is wrong or weak.
 * @param filename for the message only
 * @throws PolicyError with all faults, their lines and columns, and what to write instead. What is weak is looked for once
 *   nothing is wrong.
 */
export function loadCatalogue(text: string, filename: string): Catalogue {
  return versioned(checkedYaml(text, filename, form))
}

const versioned = (content: CatalogueContent): Catalogue => frozen({ ...content, version: versionOf(content) })

/** Where no catalogue is named: nothing can be asked for. */
export const emptyCatalogue: Catalogue = versioned({ entries: [], conflicts: [], contracts: undefined })
