//! The lock file's nodes.

use crate::schema::{Child, Document, Field, Node, Type};

pub static LOCK: Document = Document {
    name: "lock file",
    nodes: &[
        Child::one(&HEAD),
        Child::any(&CODE),
        Child::any(&DEVICES),
        Child::any(&EXTENT),
        Child::any(&INSTANCE),
        Child::any(&KERNEL),
        Child::any(&MEMORY),
        Child::any(&STACK),
    ],
    reserved: &[],
};

static HEAD: Node = Node {
    name: "lock",
    doc: "What the file is about.",
    props: &[
        Field::required("version", Type::Integer(1, 1), "Counts incompatible changes of this format."),
        Field::required("system", Type::Text, "The system's name."),
        Field::required("board", Type::Text, "The board."),
        Field::required("protection", Type::Text, "The protection model and its number of entries."),
    ],
    example: "lock version=1 system=\"hub\" board=\"mps2-an386\" protection=\"pmsav7 8\"",
    ..Node::EMPTY
};

const ADDRESS: Type = Type::Integer(0, u32::MAX as i128);
const BYTES: Type = Type::Integer(0, 1 << 32);
const NAME: &[Field] = &[Field::required("name", Type::Text, "Who it belongs to.")];
const BASE: Field = Field::required("base", ADDRESS, "First address.");
const SIZE: Field = Field::required("size", BYTES, "Bytes.");
const PIECES: Field = Field::required("pieces", Type::Integer(0, 255), "Entries of the protection unit.");
const WORDS: Field = Field::required(
    "words",
    Type::Text,
    "For each entry its number and its two register words: `1:20000111:130b070f`.",
);
const DIGEST: Field = Field::required("digest", Type::Text, "Of everything that was asked for here.");

static CODE: Node = Node {
    name: "code",
    doc: "What is always on: all code and constants.",
    args: NAME,
    props: &[BASE, SIZE, PIECES, WORDS],
    example: "code \"flash\" base=0x0000_0000 size=8192 pieces=1 words=\"0:00000010:06020019\"",
    ..Node::EMPTY
};

static DEVICES: Node = Node {
    name: "devices",
    doc: "The devices of a process.",
    args: NAME,
    props: &[
        Field::required("of", Type::Text, "Their names."),
        Field::required("size", BYTES, "Bytes that are granted."),
        Field::required("over-grant", BYTES, "Bytes that are granted beyond the devices."),
        PIECES,
        WORDS,
        DIGEST,
    ],
    example: "devices \"logger\" of=\"timer0\" size=4096 over-grant=0 pieces=1 words=\"6:40000016:13050017\" digest=\"...\"",
    ..Node::EMPTY
};

static EXTENT: Node = Node {
    name: "extent",
    doc: "Memory of a process in one bank: its stack, instance data and memories side by side. `process#2` is the second one.",
    args: NAME,
    props: &[
        Field::required("in", Type::Text, "The bank."),
        BASE,
        SIZE,
        Field::required("granted-base", ADDRESS, "First address that its entries grant."),
        Field::required("granted-size", BYTES, "Bytes that its entries grant."),
        PIECES,
        WORDS,
        DIGEST,
    ],
    example: "extent \"sampler\" in=\"ssram23\" base=0x2000_0160 size=1024 ...",
    ..Node::EMPTY
};

static INSTANCE: Node = Node {
    name: "instance",
    doc: "Globals and tables of a component.",
    args: NAME,
    props: &[BASE, SIZE],
    example: "instance \"sampler\" base=0x2000_0960 size=24",
    ..Node::EMPTY
};

static KERNEL: Node = Node {
    name: "kernel",
    doc: "Stack and memory of the kernel.",
    args: NAME,
    props: &[BASE, SIZE],
    example: "kernel \"stack\" base=0x2000_0000 size=256",
    ..Node::EMPTY
};

static MEMORY: Node = Node {
    name: "memory",
    doc: "A linear memory: `component`, or `component:memory` for a further one.",
    args: NAME,
    props: &[BASE, SIZE],
    example: "memory \"sampler\" base=0x2000_0978 size=24576",
    ..Node::EMPTY
};

static STACK: Node = Node {
    name: "stack",
    doc: "The native stack of a process.",
    args: NAME,
    props: &[BASE, SIZE],
    example: "stack \"sampler\" base=0x2000_0160 size=2048",
    ..Node::EMPTY
};
