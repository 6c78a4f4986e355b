//! Functions behind those that a module has.

use std::borrow::Cow;
use wasm_encoder::{Encode, Function, RawSection, ValType};
use wasmparser::{BinaryReader, Parser};

/// A function to add, and the name of its export.
pub struct Added {
    pub export: String,
    pub params: Vec<ValType>,
    pub results: Vec<ValType>,
    pub body: Function,
}

const TYPES: u8 = 1;
const FUNCTIONS: u8 = 3;
const EXPORTS: u8 = 7;
const CODE: u8 = 10;
/// Start, elements, the count of data segments, code, data.
const AFTER_EXPORTS: [u8; 5] = [8, 9, 12, 10, 11];

/// The module with more functions: all that it had keeps its place. It must have code. `functions` counts its own,
/// imported ones too.
pub fn append(wasm: &[u8], functions: u32, added: &[Added]) -> Vec<u8> {
    let mut sections: Vec<(u8, u32, Vec<u8>)> = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let Some((id, range)) = payload.expect("a valid module").as_section() else { continue };
        if id == 0 {
            continue;
        }
        let mut reader = BinaryReader::new(&wasm[range], 0);
        let count = reader.read_var_u32().expect("a section begins with a count");
        let rest = reader.read_bytes(reader.bytes_remaining()).expect("what remains");
        sections.push((id, count, rest.to_vec()));
    }
    if !sections.iter().any(|(id, ..)| *id == EXPORTS) {
        let before = sections.iter().position(|(id, ..)| AFTER_EXPORTS.contains(id)).expect("there is code");
        sections.insert(before, (EXPORTS, 0, Vec::new()));
    }
    let types = sections.iter().find(|(id, ..)| *id == TYPES).expect("there are types").1;
    let mut module = wasm_encoder::Module::new();
    for (id, mut count, mut rest) in sections {
        for (index, function) in (0..).zip(added) {
            match id {
                TYPES => {
                    rest.push(0x60);
                    function.params.encode(&mut rest);
                    function.results.encode(&mut rest);
                }
                FUNCTIONS => (types + index).encode(&mut rest),
                EXPORTS => {
                    function.export.as_str().encode(&mut rest);
                    rest.push(0);
                    (functions + index).encode(&mut rest);
                }
                CODE => function.body.encode(&mut rest),
                _ => continue,
            }
            count += 1;
        }
        let mut data = Vec::new();
        count.encode(&mut data);
        data.extend(rest);
        module.section(&RawSection { id, data: &Cow::Owned::<[u8]>(data) });
    }
    module.finish()
}
