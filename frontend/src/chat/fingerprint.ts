// A fingerprint of a conversation as eight words: both sides see the same ones as long as nobody sits between them.

import { sha256 } from "@noble/hashes/sha2.js";
import { fromHex, join, utf8 } from "../chain/bytes";

/** 256 common words, one for each byte. Their order is part of the protocol: never sort or replace them. */
const WORDS = `
  acorn actor album alley amber angle ankle apple april apron arena armor arrow aspen atlas attic
  award bacon badge baker bamboo banjo barn basil basket beach beacon bean bear beetle bell bench
  berry bird bison blade blanket boat bonus book boot bottle bowl branch bread brick bridge broom
  brush bucket butter cabin cactus camel camera canal candle canoe canyon carpet carrot castle cedar cello
  chair chalk cherry chess circle citrus clock cloud clover coast cobra comet copper coral cotton crane
  crater crayon cricket crown crystal curtain daisy dance desert diamond dinner dolphin donkey dragon drum eagle
  echo elbow elephant ember engine envelope falcon feather fence ferry fiddle field finger flame flute forest
  fossil fountain fox frost galaxy garden garlic gate ginger giraffe glacier glove goat grape guitar hammer
  harbor hazel hedge helmet heron hill honey horse hotel igloo ink iris island ivory jacket jaguar
  jar jelly jewel jungle kayak kettle kitten ladder lagoon lake lamp lantern lemon lily lion lizard
  lobster locket magnet mango maple marble market meadow melon mint mirror moon moss moth mountain museum
  napkin needle nest noodle nutmeg oak oasis ocean olive onion orange orbit orchid otter oven owl
  paddle paint palace panda paper parade parrot pasta peach pebble pencil pepper piano pilot pine planet
  plum pocket pony potato puzzle quartz queen quilt rabbit radio raft rain ranch raven ribbon river
  robin rocket rose ruby saddle sailor salad sand scarf school shadow shell silver siren skate sketch
  snow sofa spider spoon stone sugar sunset swan table tailor teapot temple tiger tulip tunnel turtle
`
  .trim()
  .split(/\s+/);

/** The eight words (64 bits) of two identity keys, the same whichever side asks. */
export function fingerprint(one: string, other: string): string[] {
  const [low = "", high = ""] = [one, other].sort();
  const digest = sha256(join(utf8("parley/chat/v1/words"), fromHex(low), fromHex(high)));
  return [...digest.slice(0, 8)].map((byte) => WORDS[byte] ?? "");
}
