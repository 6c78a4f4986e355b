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
        let flash = self.board.banks.iter().find(|bank| bank.kind == BankKind::Flash);
        let whole = flash.map(|bank| u64::from(bank.base)..u64::from(bank.base) + u64::from(bank.size));
        // One region, wherever one can do: the image is at the start of the bank.
        match (self.board.protection.model, whole) {
            (ProtectionModel::Pmp, Some(whole)) => {
                let model = self.model();
                let cover = model.cover(whole.clone(), whole, 2);
                let shapes = cover.map_or(Vec::new(), |cover| cover.shapes);
                let shapes: Vec<_> = shapes.into_iter().map(|shape| (shape, protect::Access::ReadExecute)).collect();
                model.pieces(&shapes, protect::FLASH_SLOT).len() as u8
            }
            _ => 1,
        }
    }

    /// Entries of each process: from [`System::fixed_entries`] on.
    pub fn process_slots(&self) -> u8 {
        let all = (0..self.manifest.processes.len()).map(|index| ProcessId(index as u32));
        let devices = all.map(|process| self.devices(process).len()).max().unwrap_or(0);
        protect::process_slots(self.board.protection.entries, self.fixed_entries(), devices)
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
