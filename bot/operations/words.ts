/**
 * Plain English words for temporary passwords, to be read aloud and typed: 3 to 7 letters, lower case, inoffensive. Without
 * words that begin with i (a capital I reads like l), without a second word that sounds the same, without plurals of
 * another. Their number decides the strength of a password: see `entropyBits` before taking any out.
 */
export const words: readonly string[] = `
  abbey absorb accent accept acorn acre across action active actor adapt add adjust admire admit adobe adopt adult
  advance advice affect afford after again agenda agile agree ahead album alert algebra alive alley allow almond
  alpine amaze amber amble ample amused anchor angle animal ankle annual answer antenna antique anvil apart apple
  apron aqua arcade arch arctic arena argue armada armor around arrange arrive arrow artist aspect aspen assist
  atlas atom attend attic audio august author autumn avenue average avocado awake award awning axis azure babble
  bacon badge badger bagel baggage baker balance balcony ballet balloon bamboo banana banjo banner banquet bargain
  barley barn barrel basin basket bath battery beacon beaker beam beaver become bedrock beetle before begin behave
  believe belong below bench benefit beret best betray better between beyond bicycle bingo birch biscuit bishop
  blanket blaze blend blink blister block blossom blouse bluff blush boast bobcat bobsled boiler bold bonfire bongo
  bonnet bonus book border borrow bottle bottom bounce bouquet bowtie brace bracket branch brass brave bravo breathe
  breeze brick bridge brief bright bring brisk bronze brook broom brother brush bubble bucket buckle budget buffalo
  buffet build bumper bundle bunny burrow bushel busy butler butter button buzzer bypass cabbage cabin cabinet cable
  cactus cadet camel camera camper canal canary candle candy canoe canopy canteen canvas canyon capable captain
  caramel caravan carbon cargo caribou carpet carrot cartoon cascade cashew castle casual catalog catch cattle
  cavern caviar celery cement center century ceramic certain chalk chamber change channel chapel chapter charm chart
  chase cheddar cheer cheese cheetah cherish cherry chess chief chimney chipper choose chorus chuckle cider cinema
  circle circus citizen citrus city civic clap clarity classic clatter clean clear clerk clever cliff climate climb
  clinic cloak clock closet cloth cloud clover club cluster coach coastal cobalt cobbler coconut coffee collect
  color comet comfort comic common compass compost concert condor confirm connect consult contact content convoy
  cookie copper copy corner correct cosmic cosmos cottage cotton count country courage cousin cover coyote cozy crab
  cracker cradle craft crane crate crater crayon cream create credit crest cricket crisp critter crocus crop cross
  crouton crowd crown cruise crumb crunch crystal cube cupcake curious curtain curve cushion custom cycle cypress
  dahlia dairy daisy dance dapple daring dash dawn daytime dazzle debate decade decent decide deck degree deliver
  delta demand denim depend deposit depth deputy desert design desk detail develop device devote diagram dial
  diamond diary dictate differ digital dinner diploma direct discuss dish display distant dizzy dock dolphin domain
  dome domino donate door double dough dove dozen dragon drama draw dream dress drift drill drive droplet drum
  dugout dune durable dust duty dynamo eager eagle early earth easel east easy echo eclipse edge editor educate
  effort eggnog elastic elbow elder elect elegant element elevate elk ember emblem emerald emotion empire employ
  empty enable enamel enchant endless energy engage engine enjoy enrich ensure enter entire entry envoy equal
  equator equip errand escape essay estate eternal even evening event evident evolve exact example excel exhibit
  exist exotic expand expert explain explore export express extra fabric facet factor factory faculty faith falcon
  fame family famous fancy farm fashion father faucet favor feast feather feature feeling felt fence ferry festive
  fiber fiddle field fiesta figure filter final finch finger first fishing fitness fixture flag flame flannel flap
  flash flavor fleece flicker flight flint float flock flora florist fluffy flurry flute focus foggy folder folk
  follow fondue forest forever forget formal formula fortune forward fossil fox fragile frame freckle freedom
  freight french frenzy fresh friday fridge friend frigate fringe frog front frost frozen fruit fudge fulfil funnel
  furnace future fuzzy gable gadget galaxy gallery gallon gallop gamma garage garden garlic garnet gather gazebo
  gazelle gecko gem general genius gentle genuine geology gesture geyser giant giggle ginger giraffe glacier glad
  glance glass glaze gleam glide glimmer glitter globe glory glossy glove glow goal goblet goggle golden golf
  gondola good goose gown grace gradual grain grand granite grape graph gravel gravity gravy green griffin grizzly
  grocery groove grotto ground group grove grow guard guess guide guitar gulf gully gumbo guppy gypsum habit haddock
  halibut hallway hamlet hammer hammock hamper hamster handle handy happen happy harbor harmony harness harp harvest
  hatch haven hazel health hearth heather heaven hedge height helium helmet helpful hemlock herald herbal hermit
  herring hiccup hickory hidden highway hiker hill hinge hobby hockey holiday hollow holly honest honey honor hoop
  hopeful horizon hornet hotel hover huddle human humble humid hummus hunter hurdle husky hybrid jacket jackpot
  jaguar jargon jasmine jasper javelin jazz jelly jersey jewel jigsaw jingle jockey jogger join jolly journal
  journey joy jubilee judge juggle juice jukebox jumble jumper jungle junior juniper jury just kale kayak keen
  keeper kennel kettle keypad kimono kind kindle king kiosk kipper kitchen kite kitten kiwi knack koala label ladder
  ladle lagoon lake lamp lance landing lantern laptop lasso lather latte laugh launch laundry laurel lava lavish
  lawn layer leader leaflet league learn leather lecture ledge legacy legend leisure lemon lentil leopard letter
  lettuce level lever liberty library light lilac limber limit linen linger lion liquid list listen little lively
  lizard llama lobby lobster local locket lodge lofty logic lotus lounge loyal lucky luggage lullaby lumber lunar
  lunch luxury lyric macaw machine magenta magic magnet magnify magpie maker mallard mallet mammal mammoth manage
  mandate mango mantle manual maple marble march margin marina market marlin maroon marsh marvel mascot mason master
  match matinee matrix matter maximum meadow measure medium melody melon member memory mention mentor menu mercury
  merge merit mermaid message method metro middle mighty migrate mild milk mimic mineral mingle mini minnow mint
  minute miracle mirror mission mitten mixture mobile modern modest module molar moment monarch monday monitor
  monsoon month morsel mosaic moss mother motion motor mouse movie muffin mural museum music mustang mustard mutual
  myrtle mystery napkin narrate narrow nation native natural nature navy nearby neat nebula nectar needle nephew
  neptune nest network neutral never newborn nibble nickel nimble noble noodle normal north notable notice novel
  novice nugget number nursery nutmeg nylon oak oasis oatmeal object oblong observe obtain obvious ocean octagon
  octave october octopus offer office olive olympic omelet onion online onward onyx opal open opera opinion optic
  option orange orbit orchard orchid order oregano organ orient origin oriole ostrich otter outdoor outfit outlook
  outside oval oven owner oxygen oyster pacific package paddle padlock pagoda paint palace palm panda panel panther
  papaya paper paprika parade parcel parent park parrot parsley partner party passage pasta pastel pastry patch
  patent patrol pattern paved payment peach peacock peanut pearl pebble pecan pelican pencil penguin people pepper
  perfect perform period permit person petal phone photo phrase piano pickle picnic picture pigeon pigment pilgrim
  pillow pilot pimento pine pink pioneer pipette pirate pivot pizza place planet plank plant plaster plastic plateau
  platter player plaza plenty plot plumber plume plunge plural pocket podium poem poetry pogo point polar polish
  polite pollen pond pony poodle popcorn poplar poppy popular porch portal poster potato pottery powder power
  prairie praise prefer premier prepare present pretty pretzel prime print prism private problem process produce
  program project promise prompt proof propel proper protein proton proud provide prune public pudding puddle puffin
  pulley pumpkin pupil puppet puppy purple purpose purse pursuit puzzle pyramid quaint quality quarry quarter quartz
  queen quest quick quiet quill quilt quince quiver quiz quota quote rabbit raccoon radar radiant radio radish
  radius raffle rafter ragtime railway rainbow raisin rally ramble ranch random ranger rapid rather raven ravine
  razor reach ready reason recall receive recipe record recruit recycle redwood reef refer refine reflect refresh
  refuge regal region regular relax relay relish rely remain remark remedy remind remote render renew repair repeat
  replace reply report request rescue reserve reside respect respond result retire retreat return reunion reveal
  reward rhubarb rhythm ribbon rice rich riddle ridge ripple rise ritual river roast robe robin robot robust rocket
  rodeo romance roof rooster rope roster rotate round rover royal rubber ruby rudder ruffle rugby ruler rumble
  runner runway rural rustic sable saddle safari saffron sage salad salmon salon salsa salute sample sandal sandbox
  sapling sardine satchel satin saturn saucer sauna savanna savor scallop scarf scenic scholar school science
  scissor scone scooter score scout scratch screen script scroll sculpt season seaweed second section secure select
  seminar senate send senior sensor sentry sequoia serene series serve session settle seven shadow shallow shape
  share shark sharp shelf shell shelter sheriff sherpa shield shimmer shingle ship shovel shower shrimp shrub
  shuffle shuttle sidecar signal silence silk silver similar simple sincere singer single siren sister sitcom sketch
  skillet skipper sky slalom sleek slice slogan slope slow smart smile smooth snack snappy sneaker snorkel snow
  soccer social socket soda sofa soft solar solid solo solve sonar sonata song soup south space spaniel spark
  sparrow spatula speak special sphere spice spider spinach spiral spirit splash sponge spoon sport spread spring
  sprint sprout spruce square squash squid stable stadium staff stage stamp stanza staple star start state station
  statue status steady steam stellar stem stencil stereo steward sticker stone stool storage stork storm story stove
  strand straw stream street stretch stride string stripe strong student studio study sturdy style subject subway
  success sudden sugar suggest suit sulfur sultan summer summit sunday sundial sunrise super supper supply support
  surface surfer surgeon surplus survey swallow swamp swan sweater swift swim switch syrup system tablet taco tactic
  tadpole tailor talcum talent talk tandem tangent tango tangy tank tapir target tarmac tartan task tavern taxi
  teacup teapot teddy temple tempo tender tennis tent tepid terrace test textile texture thank theater theme theory
  thermal thicket thimble thing thirty thistle thorn thrift thrive thunder ticket tiger timber timid tinder tinsel
  tiptoe tissue title toaster tobogan toffee tomato tonic topaz topic torch toucan tourist toward towel tower toy
  track tractor trade traffic trail train transit trapeze travel tray treat trek trellis trend tribe tribute trick
  trio trivia trolley trophy tropic trouser trout truck trumpet trunk trust tuba tugboat tulip tumble tundra tunnel
  turbine turkey turnip turtle tutor tuxedo twelve twenty twig twin twist tycoon typical ukulele unicorn unify
  unique unit unity until unusual update upgrade uphill upland uplift upper upright uptown urban urge useful usher
  usual utensil utopia vacant vacuum valid valley value vanilla vapor varnish vault vector velvet vendor venture
  verb verdict verify verse version vessel veteran viable vibrant victory video view vigor village vine vintage
  vinyl violet violin virtue visible vision visit visual vital vivid vocal voice volcano volume voter voyage waffle
  wagon walnut walrus waltz wander warbler warm washer water wavy wealth wedge weekend welcome well western whale
  wheat wheel whisker whisper whistle wicker widget wild willow window winner winter wisdom wizard wombat wonder
  wooden wool work worthy wren wrinkle yacht yard yarn year yeast yellow yield yodel yogurt young yoyo yucca zebra
  zenith zephyr zero zigzag zinc zipper zircon zodiac zone zoology zoom
`
  .trim()
  .split(/\s+/)
