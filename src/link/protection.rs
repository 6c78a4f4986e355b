//! What the board's protection unit means for a system: its model, and how many entries a process may have.

use super::System;
use crate::board::{BankKind, ProtectionModel};
use crate::manifest::ProcessId;
use crate::protect::{self, Model};

impl System<'_> {
    pub fn model(&self) -> Model {
        let protection = self.board.protection;
        match protection.model {
            ProtectionModel::Pmsav7 => protect::pmsav7::model(protection.granule),
            ProtectionModel::Pmsav8 => protect::pmsav8::MODEL,
            ProtectionModel::Pmp => protect::pmp::model(protection.granule, protection.tor),
        }
    }

    /// Entries that are always on: they hold the flash.
    pub fn fixed_entries(&self) -> u8 {
        let Some(flash) = self.board.banks.iter().find(|bank| bank.kind == BankKind::Flash) else { return 1 };
        let whole = u64::from(flash.base)..u64::from(flash.base) + u64::from(flash.size);
        let model = self.model();
        let limit = model.ranges.map_or(1, |ranges| usize::from(ranges.entries));
        let shapes = model.cover(whole.clone(), whole, limit).map_or(Vec::new(), |cover| cover.shapes);
        let shapes: Vec<_> = shapes.into_iter().map(|shape| (shape, protect::Access::ReadExecute)).collect();
        // A bank that no region covers whole may still begin with an image that one does.
        model.pieces(&shapes, protect::FLASH_SLOT).len().max(1) as u8
    }

    /// Entries of each process: from [`System::fixed_entries`] on.
    pub fn process_slots(&self) -> u8 {
        let all = (0..self.manifest.processes.len()).map(|index| ProcessId(index as u32));
        let devices = all.map(|process| self.devices(process).len()).max().unwrap_or(0);
        // A process has at most one extent in each bank; an adapter has those of two others, and one of its own.
        let adapters = self.manifest.processes.iter().any(|process| process.adapter.is_some());
        let banks = self.board.ram().count();
        let extents = if adapters { 2 * banks + 1 } else { banks };
        protect::process_slots(&self.model(), self.board.protection.entries, self.fixed_entries(), devices, extents)
    }

    /// The devices of a process: indices of the board's peripherals, and whether other processes may have them too. By
    /// address.
    pub fn devices(&self, process: ProcessId) -> Vec<(usize, bool)> {
        let components = self.manifest.process(process).components.iter().map(|&id| self.manifest.component(id));
        let named = components.flat_map(|component| &component.devices).filter_map(|mmio| {
            let is = |name: &str| name == mmio.peripheral.value;
            Some((self.board.peripherals.iter().position(|peripheral| is(&peripheral.name))?, mmio.shared))
        });
        let mut devices: Vec<(usize, bool)> = named.collect();
        devices.sort_by_key(|&(index, shared)| (self.board.peripherals[index].base, index, !shared));
        devices.dedup_by_key(|(index, _)| *index);
        devices
    }
}
