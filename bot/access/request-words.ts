/** Words that say nothing about what is asked for: grammar, courtesy, time, and the asking itself. */

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ''))

const grammar = words(`
  a an the this that these those it its is are am was were be been being do does did done doing have has had having will
  would shall should can could may might must to of in on at by for with from into onto out off up down over under about
  after before since until till during through and or but so because as if then than when while where why how what which
  who whom whose there here not no nor never none yes you we us i me my mine myself own any some every each all both
  either neither other another such only just also too very really quite again once twice still yet already always ever
  often maybe perhaps now soon later back away even else more most much many few less least lot lots bit within without
  per via your yours our ours they them their he she him her his hers im ive id ill cant dont doesnt isnt s t re ve ll d m
  anymore however though although instead rather actually basically something anything nothing someone somebody anyone
  somewhere everything whatever let lets one two der die das und ein eine fur mit ich zu zum zur le la les de des du et
  un une pour je`)

const courtesy = words(`
  hi hello hey hiya dear good morning afternoon evening pls please plz plss bitte merci danke kindly thanks thank thx ty
  cheers sorry urgent urgently asap quick quickly immediately fast helpbot bot folks help helping assist grateful
  wondering possible great fine hopefully regards best sir madam guys`)

const asking = words(`
  need needs needed want wants wanted like get gets getting got give gives given giving grant granted granting access
  acess accesss acces acccess permission permissions right rights role roles licence license entitlement membership allow
  allowed let enable request requesting requested ask asking require required able add added adding join joined put
  become member members arrange arranged sort try tried trying use used using reach come comes go going gone think know
  tell show shows shown find found log login logged start started starting stop work works longer missing
  make sure gimme wanna gonna gotta take taking keep keeps say says said told please provide set happen problem
  issue error job purpose reason boss colleague colleagues coworker manager person guy`)

const time = words(`
  today yesterday tomorrow tonight week weeks weekend month months day days hour hours minute minutes monday tuesday
  wednesday thursday friday saturday sunday january february march april june july august september october november
  december next last year years quarter quarterly time times ago early late soon temporary temporarily permanent
  permanently 1 2 3 4 5 6 7 8 9 10`)

const listed = [grammar, courtesy, asking, time]

/** Not looked at in a request, unless nothing else is said. */
export const isFiller = (word: string): boolean => listed.some((list) => list.has(word))

/** Different verbs for the same kind of role. By stem: see stem.ts. */
const sameRole: ReadonlyMap<string, string> = new Map(
  Object.entries({
    view: 'view read see look watch check',
    edit: 'edit change updat writ modify adjust',
    author: 'author build creat mak publish',
    admin: 'admin administ administrat',
  }).flatMap(([role, stems]) => stems.split(' ').map((stem) => [stem, role] as const)),
)

/** The role that a verb is for, or the stem itself. */
export const roleOf = (stem: string): string => sameRole.get(stem) ?? stem

const general = words(`
  view edit author admin team group tool system thing thingy stuff fil data list peopl company work us user new open
  document app application softwar program platform websit sit pag plac part area number nam profil space
  folder servic offic information info detail customis manag run do send`)

/** Says too little to find anything alone, and helps to tell one thing from another. Takes a stem. */
export const isGeneral = (stem: string): boolean => general.has(stem)
