//! `verify` accepts what is right and names what is wrong: each kind of damage is done to a real image, and the check
//! that it must fail is named beside it.

use crate::fixture::{Fixture, HUB};
use compose::verify::{self, CHECKS, Outcome};
use goblin::elf::Elf;

#[test]
fn accepts_good_images() {
    let wide = HUB.replace("mps2-an386", "mps2-an500").replace("(KiB)24", "(KiB)1000");
    let one = "system \"one\" { board \"mps2-an385\"\ncomponent \"a\" \"a.wasm\" { memory budget=(B)8 } }";
    for text in [HUB, &wide, one] {
        let image = Fixture::new(text).image();
        let verdict = verify::check(&image.elf);
        assert!(verdict.passed(), "{verdict}");
        assert_eq!(verdict.outcomes.len(), CHECKS.len());
    }
}

/// An image that can be damaged, and signed again so that it is not the digest that finds the damage.
struct Patient {
    elf: Vec<u8>,
}

impl Patient {
    fn new() -> Self {
        Patient { elf: Fixture::new(HUB).image().elf }
    }

    /// Two components in two processes, `a` and `b`, and the adapter between them.
    fn with_adapter() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let manifest = "system \"two\" {\n board \"mps2-an386\"\n component \"b\" \"b.wat\"\n component \"a\" \"a.wat\"\n \
                        run \"a#run\"\n}\n";
        let files =
            [("system.kdl", manifest), ("a.wat", include_str!("caller.wat")), ("b.wat", include_str!("callee.wat"))];
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let mut sources = compose::source::Sources::new();
        let id = sources.read(&folder.path().join("system.kdl")).unwrap();
        let mut found = compose::diag::Diagnostics::new();
        let product = compose::build(&mut sources, id, &mut compose::trace::Trace::new(None), &mut found);
        Patient { elf: product.unwrap_or_else(|| panic!("{:?}", found.list)).image.elf }
    }

    fn parsed(&self) -> Elf<'_> {
        Elf::parse(&self.elf).unwrap()
    }

    fn section_header(&self, name: &str) -> usize {
        let elf = self.parsed();
        let index = elf.section_headers.iter().position(|header| elf.shdr_strtab.get_at(header.sh_name) == Some(name));
        elf.header.e_shoff as usize + 40 * index.unwrap_or_else(|| panic!("no section `{name}`"))
    }

    fn section(&self, name: &str) -> std::ops::Range<usize> {
        let header = self.section_header(name);
        let (start, size) = (self.word(header + 16) as usize, self.word(header + 20) as usize);
        start..start + size
    }

    /// File offset of an address in flash, which begins at 0.
    fn flash(&self, address: u64) -> usize {
        (self.parsed().program_headers[0].p_offset + address) as usize
    }

    /// File offset of a word of a process's register words.
    fn region_word(&self, process: &str, index: usize) -> usize {
        let elf = self.parsed();
        let name = format!("regions:{process}");
        let symbol = elf.syms.iter().find(|symbol| elf.strtab.get_at(symbol.st_name) == Some(&name)).unwrap();
        self.flash(symbol.st_value) + 4 * index
    }

    /// File offset of RBAR of the logger's device, which is at 0x4000_0000.
    fn device_word(&self) -> usize {
        let words = (0..14).step_by(2).map(|index| self.region_word("process:logger", index));
        words.into_iter().find(|&offset| self.word(offset) & !0x1f == 0x4000_0000).expect("the logger has a device")
    }

    fn word(&self, offset: usize) -> u32 {
        u32::from_le_bytes(self.elf[offset..offset + 4].try_into().unwrap())
    }

    fn set(&mut self, offset: usize, value: u32) {
        self.elf[offset..offset + 4].copy_from_slice(&value.to_le_bytes());
    }

    fn change(&mut self, offset: usize, change: impl Fn(u32) -> u32) {
        self.set(offset, change(self.word(offset)));
    }

    /// Replaces text of the region table by other text of the same length.
    fn retell(&mut self, from: &str, to: &str) {
        assert_eq!(from.len(), to.len());
        let table = self.section(".compose.regions");
        let text = String::from_utf8(self.elf[table.clone()].to_vec()).unwrap();
        assert!(text.contains(from), "{text}");
        self.elf[table].copy_from_slice(text.replacen(from, to, 1).as_bytes());
    }

    fn rename_symbol(&mut self, from: &str, to: &str) {
        let names = self.section(".strtab");
        let at = self.elf[names.clone()].windows(from.len()).position(|name| name == from.as_bytes()).unwrap();
        self.elf[names.start + at..][..to.len()].copy_from_slice(to.as_bytes());
    }

    fn sign(&mut self) {
        let segment = self.parsed().program_headers[0].clone();
        let flash = segment.p_offset as usize..(segment.p_offset + segment.p_filesz) as usize;
        let note = self.section(".note.compose").start;
        for (place, bytes) in [(note + 20, self.section(".compose.regions")), (note + 28, flash)] {
            let hash = self.elf[bytes]
                .iter()
                .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
            self.elf[place..place + 8].copy_from_slice(&hash.to_le_bytes());
        }
    }
}

const RBAR: usize = 0;
const RASR: usize = 1;
/// The first region of the first process.
const SAMPLER: &str = "process:sampler";

type Damage = fn(&mut Patient);

/// (what is done, the check that must fail, how)
const DAMAGES: &[(&str, &str, Damage)] = &[
    ("no ELF magic", "elf", |p| p.elf[0] = 0),
    ("another machine", "elf", |p| p.elf[18] = 243),
    ("cut off in the middle", "elf", |p| p.elf.truncate(p.elf.len() / 2)),
    ("a region table of the future", "table", |p| p.retell("\"version\": 1", "\"version\": 9")),
    ("a region table that is no JSON", "table", |p| p.retell("{", "[")),
    ("an unknown protection model", "table", |p| p.retell("pmsav7", "pmsav9")),
    ("a bit of code", "digest", |p| {
        let code = p.section(".text.logger").start;
        p.elf[code] ^= 1;
    }),
    ("a number of the table", "digest", |p| p.retell("\"asked\": ", "\"asked\":1")),
    ("no note", "digest", |p| {
        let note = p.section(".note.compose").start;
        p.elf[note + 12] = b'C';
    }),
    ("a memory outside the bank", "sections", |p| {
        let header = p.section_header(".memory.logger");
        p.set(header + 12, 0x2040_0000 - 64);
    }),
    ("code that is marked as writable", "sections", |p| {
        let header = p.section_header(".text.kernel");
        p.change(header + 8, |flags| flags | 1);
    }),
    ("a section that is not there", "sections", |p| p.retell(".stack.logger", ".stack.nobody")),
    ("a writable segment", "segments", |p| p.change(52 + 24, |flags| flags | 2)),
    ("a segment in RAM", "segments", |p| p.set(52 + 12, 0x2000_0000)),
    ("a segment without its end", "segments", |p| p.change(52 + 16, |size| size - 4)),
    ("a memory on its neighbour", "overlap", |p| {
        let header = p.section_header(".memory.logger");
        p.change(header + 12, |address| address - 16);
    }),
    ("a memory that has grown", "overlap", |p| {
        let header = p.section_header(".memory.filter");
        p.change(header + 20, |size| size + 64);
    }),
    ("another first stack pointer", "vectors", |p| {
        let vectors = p.flash(0);
        p.change(vectors, |top| top + 8);
    }),
    ("a fault handler in Arm state", "vectors", |p| {
        let vectors = p.flash(0);
        p.change(vectors + 16, |handler| handler & !1);
    }),
    ("a fault handler in a component", "vectors", |p| {
        let header = p.section_header(".text.logger");
        let (vectors, code) = (p.flash(0), p.word(header + 12));
        p.set(vectors + 16, code | 1);
    }),
    ("no handler of hard faults", "vectors", |p| {
        let vectors = p.flash(0);
        p.set(vectors + 12, 0);
    }),
    ("register words without a name", "words", |p| p.rename_symbol("regions:process:logger", "regions:process:lagger")),
    ("no fixed register words", "words", |p| p.rename_symbol("regions:fixed", "origins:fixed")),
    ("a region that is written to another slot", "slots", |p| {
        let word = p.region_word(SAMPLER, RBAR);
        p.change(word, |rbar| rbar ^ 7);
    }),
    ("a region that goes to whichever slot was last", "slots", |p| {
        let word = p.region_word(SAMPLER, RBAR);
        p.change(word, |rbar| rbar & !0x10);
    }),
    ("a base that is not a multiple of the size", "pieces", |p| {
        let word = p.region_word(SAMPLER, RBAR);
        p.change(word, |rbar| rbar + 32);
    }),
    ("a region of 16 bytes", "pieces", |p| {
        let word = p.region_word(SAMPLER, RASR);
        p.change(word, |rasr| rasr & !0x3e | 3 << 1);
    }),
    ("subregions of a region of 128 bytes", "pieces", |p| {
        let word = p.region_word(SAMPLER, RASR);
        p.change(word, |rasr| rasr & !0xff3e | 0x0100 | 6 << 1);
    }),
    ("reserved access permissions", "pieces", |p| {
        let word = p.region_word(SAMPLER, RASR);
        p.change(word, |rasr| rasr & !(7 << 24) | 4 << 24);
    }),
    ("a memory that is strongly ordered", "attributes", |p| {
        let word = p.region_word(SAMPLER, RASR);
        p.change(word, |rasr| rasr & !(0x3f << 16));
    }),
    ("a region that is off", "own-memory", |p| {
        let word = p.region_word(SAMPLER, RASR);
        p.change(word, |rasr| rasr & !1);
    }),
    ("a memory that is read-only", "own-memory", |p| {
        let word = p.region_word(SAMPLER, RASR);
        p.change(word, |rasr| rasr & !(7 << 24) | 2 << 24);
    }),
    ("one subregion less", "own-memory", |p| {
        let word = p.region_word("process:control", RASR);
        p.change(word, |rasr| rasr | 1 << (8 + ((rasr >> 8) as u8).trailing_ones()));
    }),
    ("all RAM for one process", "foreign-memory", |p| {
        let word = p.region_word(SAMPLER, RBAR);
        p.change(word, |rbar| 0x2000_0000 | rbar & 0x1f);
        p.change(word + 4, |rasr| rasr & !0xff3e | 21 << 1);
    }),
    ("the regions of another process", "foreign-memory", |p| {
        let (to, from) = (p.region_word(SAMPLER, RBAR), p.region_word("process:logger", RBAR));
        for index in 0..14 {
            let word = p.word(from + 4 * index);
            p.set(to + 4 * index, word);
        }
    }),
    ("a device for one process", "confined", |p| {
        let word = p.region_word(SAMPLER, 12);
        p.set(word, 0x4000_4000 | 0x17);
        p.set(word + 4, 0x130b_0017);
    }),
    ("a device of another process", "devices", |p| {
        let (to, from) = (p.region_word(SAMPLER, 12), p.device_word());
        p.set(to, p.word(from) & !0xf | 7);
        p.set(to + 4, p.word(from + 4));
    }),
    ("a device that is not there", "devices", |p| {
        let word = p.device_word();
        p.set(word + 4, 0);
    }),
    ("a device that may be cached", "attributes", |p| {
        let word = p.device_word();
        p.change(word + 4, |rasr| rasr & !(0x3f << 16) | 0xb << 16);
    }),
    ("more of a device than is said", "confined", |p| {
        let word = p.device_word();
        p.change(word + 4, |rasr| rasr + (1 << 1));
    }),
    ("data that is executable", "data-not-executable", |p| {
        let word = p.region_word(SAMPLER, RASR);
        p.change(word, |rasr| rasr & !(1 << 28));
    }),
    ("code that is writable", "code-not-writable", |p| {
        let word = p.region_word("fixed", RASR);
        p.change(word, |rasr| rasr & !(7 << 24) | 3 << 24);
    }),
    ("code that is not executable", "code-executable", |p| {
        let word = p.region_word("fixed", RASR);
        p.change(word, |rasr| rasr | 1 << 28);
    }),
    ("code that is only half covered", "code-executable", |p| {
        let word = p.region_word("fixed", RASR);
        p.change(word, |rasr| rasr & !0xff3e | 6 << 1);
    }),
    ("a table of another layout", "table-agrees", |p| p.retell("\"subregions_off\": 0", "\"subregions_off\": 7")),
    ("a table of another access", "table-agrees", |p| p.retell("\"read-execute\"", "\"read-excuse!\"")),
    ("a section that the table does not know", "table-agrees", |p| {
        let header = p.section_header(".compose.lines");
        p.change(header + 8, |flags| flags | 2);
    }),
];

#[test]
fn finds_each_kind_of_damage() {
    for (what, check, damage) in DAMAGES {
        let mut patient = Patient::new();
        damage(&mut patient);
        if !matches!(*check, "elf" | "digest") {
            patient.sign();
        }
        let verdict = verify::check(&patient.elf);
        let findings: Vec<_> = verdict.findings().collect();
        assert!(findings.iter().any(|(name, _)| name == check), "{what}: `{check}` found nothing\n{verdict}");
        let digest = verdict.outcomes.iter().find(|(check, _)| check.name == "digest").unwrap();
        let unsigned = matches!(&digest.1, Outcome::Failed(_));
        assert_eq!(unsigned, *check == "digest", "{what}: the digest has no part in this\n{verdict}");
    }
}

/// The same, to an image with an adapter.
const ADAPTER_DAMAGES: &[(&str, &str, fn(&mut Patient))] = &[
    ("an adapter between a process and itself", "adapters", |p| p.retell("\"caller\": \"a\"", "\"caller\": \"b\"")),
    ("an adapter for a process that is not there", "adapters", |p| p.retell("\"callee\": \"b\"", "\"callee\": \"c\"")),
    ("a process that is no adapter and reaches others", "foreign-memory", |p| {
        p.retell("\"adapter\": {", "\"adaptor\": {")
    }),
    ("an adapter that may reach the kernel", "adapters", |p| p.retell("\".memory.b\"", "\".kernel.m\"")),
    ("an adapter without one of its pieces", "adapters", |p| {
        let word = p.region_word("process:a->b", 2 * 6 + RASR);
        p.change(word, |rasr| rasr & !1);
    }),
    ("another set of words while it must not leave", "words", |p| {
        let word = p.region_word("process:b:2", RASR);
        p.change(word, |rasr| rasr ^ 2);
    }),
];

#[test]
fn finds_damage_to_adapters() {
    let whole = Patient::with_adapter();
    assert!(verify::check(&whole.elf).passed(), "{}", verify::check(&whole.elf));
    for (what, check, damage) in ADAPTER_DAMAGES {
        let mut patient = Patient { elf: whole.elf.clone() };
        damage(&mut patient);
        patient.sign();
        let verdict = verify::check(&patient.elf);
        assert!(verdict.findings().any(|(name, _)| name == *check), "{what}: `{check}` found nothing\n{verdict}");
    }
}

#[test]
fn every_check_has_a_damage_that_fails_it() {
    for check in CHECKS {
        assert!(
            DAMAGES.iter().chain(ADAPTER_DAMAGES).any(|(_, name, _)| *name == check.name),
            "no damage is for `{}`",
            check.name
        );
    }
}

#[test]
fn prerequisites_come_first() {
    for (index, check) in CHECKS.iter().enumerate() {
        for needed in check.needs {
            assert!(CHECKS[..index].iter().any(|earlier| earlier.name == *needed), "{needed} before {}", check.name);
        }
    }
}

/// Any changed byte of the flash or the table is found, and no file makes verification panic.
#[test]
fn survives_any_change() {
    let good = Patient::new();
    let loaded = good.parsed().program_headers[0].file_range();
    let (flash, table) = (loaded, good.section(".compose.regions"));
    arbtest::arbtest(|u| {
        let mut elf = good.elf.clone();
        let at = u.choose_index(elf.len())?;
        elf[at] ^= u.int_in_range(1..=255)?;
        let passed = verify::check(&elf).passed();
        assert!(!passed || !(flash.contains(&at) || table.contains(&at)), "byte {at:#x}");
        Ok(())
    });
}
