//! Placement, images and their verification, on systems small enough to be written down here. The code in them is
//! made by hand, so that what is tested depends on no other stage.

mod boot;
mod family;
mod fixture;
mod image;
mod lock;
mod oracle;
mod placing;
mod protect;
mod report;
mod verify;
