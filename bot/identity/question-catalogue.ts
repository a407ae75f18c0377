/** A question a person may set an answer to. The id is what is stored: never reuse one for another text. */
export interface SecurityQuestion {
  readonly id: string
  readonly text: string
}

/**
 * Questions whose answers last and are seldom on a social network. None is strong: OWASP ASVS 5 requirement 6.4.2 wants no
 * security questions at all, so they are off by default and never enough alone.
 */
export const questionCatalogue: readonly SecurityQuestion[] = [
  { id: 'first-teacher', text: 'What was the surname of your first teacher?' },
  { id: 'childhood-street', text: 'In which street did your best childhood friend live?' },
  { id: 'first-concert', text: 'Which band or artist played at the first concert you went to?' },
  { id: 'first-manager', text: 'What was the first name of your first boss in your first job?' },
  { id: 'lost-toy', text: 'What did you call your favourite stuffed animal?' },
  { id: 'first-flight', text: 'Where did your first flight take you?' },
  { id: 'oldest-cousin', text: 'What is the first name of your oldest cousin?' },
  { id: 'first-dish', text: 'What was the first dish you learned to cook?' },
  { id: 'school-nickname', text: 'What nickname did you have at school that nobody uses today?' },
  { id: 'dream-job', text: 'What did you want to become when you were ten?' },
]

/** The question of this id, or undefined. */
export function questionById(id: string): SecurityQuestion | undefined {
  return questionCatalogue.find((question) => question.id === id)
}
