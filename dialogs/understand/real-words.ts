/**
 * Real words that lie within a slip or two of a spelling target and must be left as they are: "rest" is not "reset" and a
 * "passport" is no password. Found by measuring every word of an English dictionary against spelling-targets.ts.
 */
const english = `
  accent accents accost accosts accounted acidity actively activism activist activists agents amounts anthem anther
  anthers antler attempted attests authenticate authenticated authenticates authenticating authentications beaus
  bemuse blacked blacken blacker blanked blinked bloated blobbed block blockade blockaded blockhead blocks blogged
  blooded bloomed blotched blotted bloused cancels cancer cane cannon cans canto cants captivity cart cast cede
  cedes cent chafed chaffed chained chaired chalked champed chance chanced chancel chances changes channel chant
  chanted chanter chantey chapped charge charged charger charges charmed charred charted chased chatted chinked
  chinned chugged clanged coda codas coded codex cods coed coeds coke cokes collage college comprised compromise
  compromises condensation cone cones conservation cont conversational conversations conversion cope copes core
  cores cote cotes cove coves debarment departmental departments deportment dialed dibbled dint disable disables
  disabused disarmed empires enrolls enrols escalated escalates escalator escapade excavate excised excises excited
  excites exiled exiles exited experts expiated expiates explored explores exported exports exposed exposes express
  factors factory forge forged forger forges forgo gain harked hawked heap held hell hellos helm helpless helps hemp
  hocked humane incorrectly inhaled inlaid invaded invalided invalids lacked lagging legging licked loading loafing
  loaning lobbing locket lockup lodging lodgings lofting logic logout loin lolling longing longings looked lookout
  lookouts looming looping loosing looting loping lopping lording lounging loving lowing lucked lugging mend menus
  mild minds mined mini mink mint minx moaning mobbing mobiles mocking modding molding molting mooing mooning
  mooring mooting moping mopping moraine mornings motile mounding mounting mourning mousing moving mowing newer
  operate operated operates operatic operation operators orator oven overs overt parson passport passports pease
  perishing persona persons phased phasing phish phisher phishers phoned phoney phony pissing pleas pleased pleases
  poising polishing pone prone punishing pushing questing questioned questioner questioners realest recognizer
  recognizes reddest registered registers registrar registry remembers renumber requested requester resent resisted
  resister resisters resistor resort rest restarted restarts restate retard retort revues roister secrete secrets
  securely securing setups severity shop signing slop smart sneak someones speaks spear speck star stare stark stars
  starts stat states stats statue statues steak stomp stoop stops stow strop supper suppers supported supporter
  supports suppose surname suspicion suspicions suspiciously swop tack talc tale talks tall tank tanks task
  technical technicians thicket thickets thinks thunks ticked ticker tickers ticketed tickles ticks tikes tinkers
  unblocked unblocking uncooked uncorked uncorking unfrocked unfrocking unhooked unhooking unlaced unlacing unloaded
  unloading unlocks unloosed unloosing unloved unpacked unpacking updater usernames versification vilification wham
  whats wheat whet whit wolfing wooding woofing wooing wording wordings workings worming worrying worsting wowing
  wring wrongs wrung`

/** Words of other languages that would otherwise be "corrected" into English: they get the menu, not a guess. */
const otherLanguages =
  'passwort passworte passord passwoord hallo hola konto konten hilfe akkount codigo kode motdepasse parola senha salasana'

export const realWords: ReadonlySet<string> = new Set(`${english} ${otherLanguages}`.trim().split(/\s+/))
