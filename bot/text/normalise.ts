/** How much of a message is looked at, in UTF-16 units. What comes after is not read, so the first words must not be trusted alone. */
export const examinedLength = 500

/** Letters of other scripts that look like Latin ones, folded only inside a word that also has Latin letters. */
const lookalikes = new Map(
  Object.entries({
    а: 'a',
    в: 'b',
    с: 'c',
    ԁ: 'd',
    е: 'e',
    һ: 'h',
    і: 'i',
    ј: 'j',
    к: 'k',
    м: 'm',
    н: 'h',
    о: 'o',
    р: 'p',
    ԛ: 'q',
    ѕ: 's',
    т: 't',
    у: 'y',
    ԝ: 'w',
    х: 'x',
    α: 'a',
    ι: 'i',
    κ: 'k',
    ν: 'v',
    ο: 'o',
    ρ: 'p',
    τ: 't',
    υ: 'u',
    ı: 'i',
  }),
)

/**
 * Text as the matcher sees it: Unicode compatibility forms unified (NFKC, UAX #15), invisible characters and accents removed,
 * quotation marks and apostrophes made plain, look-alike letters folded. Case is kept, since "call IT" is not "call it".
 * At most `examinedLength` units come back; `cut` tells that there was more.
 */
export function normalise(text: string): { text: string; cut: boolean } {
  const head = text.slice(0, examinedLength).toWellFormed()
  const plain = head
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[\u2018\u2019\u201b\u02bc\u00b4`]/g, "'")
    .replace(/[\u201c\u201d\u201e\u00ab\u00bb]/g, '"')
    .replace(/(?<![\p{L}\p{N}])'([^'"\n]{2,80})'(?![\p{L}\p{N}])/gu, '"$1"')
    .replace(/\p{L}+/gu, foldLookalikes)
  return { text: plain.slice(0, examinedLength), cut: text.length > examinedLength || plain.length > examinedLength }
}

function foldLookalikes(word: string): string {
  if (!/[a-z]/i.test(word) || /^[a-z]+$/i.test(word)) return word
  return Array.from(word, (letter) => lookalikes.get(letter.toLowerCase()) ?? letter).join('')
}
