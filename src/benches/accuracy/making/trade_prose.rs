//! Sentences as specification writers write them. `{p}` stands for a product, `{m}` for a maker,
//! `{s}` for a published standard, `{n}` for a number.

pub const SUMMARY: &[&str] = &[
    "Section includes {p}, {q}, and {r}, with the accessories that a finished installation needs.",
    "Work of this Section covers {p} and {q} where shown on the Drawings, and {r} where scheduled.",
    "This Section specifies the furnishing and installing of {p}, {q}, and {r}.",
];
pub const RELATED_WORK: &[&str] = &[
    "for sealing of joints at the perimeter of the work",
    "for blocking and backing concealed in walls",
    "for power wiring to equipment furnished here",
    "for openings cut in existing construction",
    "for protection of adjacent finishes",
    "for substrates that receive the work of this Section",
];
pub const PRODUCT_DATA: &[&str] = &[
    "Product Data: For each type of {p}, with rated capacities, finishes, and furnished accessories.",
    "Product Data: Printed literature on {p} that states physical properties and limits of use.",
];
pub const SHOP_DRAWINGS: &[&str] = &[
    "Shop Drawings: Plans, elevations, and large-scale details of {p}; show anchorage and adjoining work.",
    "Shop Drawings: Layout of {p} with dimensions verified in the field.",
];
pub const SAMPLES: &[&str] = &[
    "Samples: For each exposed {p}, in the manufacturer's standard size, in sets of {n}.",
    "Samples for Verification: {n} pieces of {p} in each color selected.",
];
pub const INFORMATIONAL: &[&str] = &[
    "Qualification Data: For the installer and for the testing agency.",
    "Test Reports: For {p}, by a qualified agency, dated within {n} years of the bid.",
    "Material Certificates: For {p}, signed by the manufacturer.",
    "Field Quality-Control Reports: Within {n} days of each visit.",
];
pub const CLOSEOUT: &[&str] = &[
    "Operation and Maintenance Data: For {p}, to be bound into the maintenance manual.",
    "Warranty: Executed copy of the special warranty for {p}.",
];
pub const QUALITY: &[&str] = &[
    "Installer Qualifications: A firm with at least {n} years of successful work with {p} of similar extent.",
    "Obtain {p} from a single source so that color and performance stay uniform throughout the building.",
    "Mockups: Build a mockup of typical {p} before ordering, not less than {n} feet long, and keep it until the work is accepted.",
    "Preinstallation Conference: Meet at the site at least {n} days before {p} arrives, with every trade that follows.",
    "Comply with {s} and with the requirements of authorities having jurisdiction.",
    "Welding, where any is needed, shall be done by operators certified within the preceding {n} months.",
];
pub const DELIVERY: &[&str] = &[
    "Deliver {p} in the manufacturer's unopened packages with labels that can be read.",
    "Store {p} under cover, off the ground, and within the range of temperatures the manufacturer allows.",
    "Remove damaged {p} from the site within {n} days and replace it at no change in the Contract Sum.",
    "Handle {q} with padded slings; do not drag or drop it.",
];
pub const CONDITIONS: &[&str] = &[
    "Do not install {p} until the space is enclosed, wet work is dry, and the temperature has been held for {n} days.",
    "Verify dimensions of other construction by field measurement before {p} is made.",
    "Coordinate the location of {q} with ductwork, piping, and lighting that occupy the same space.",
];
pub const WARRANTY: &[&str] = &[
    "Special Warranty: The manufacturer agrees to repair or replace {p} that fails in materials or workmanship within {n} years of Substantial Completion.",
    "Failures include, but are not limited to, fading, delamination, leakage, and loss of adhesion.",
];
pub const PRODUCT: &[&str] = &[
    "General: Provide {p} that complies with {s} and with the properties listed below.",
    "Thickness: Not less than {n} mils, measured at any point.",
    "Exposed surfaces shall be free of scratches, roller marks, and stains that can be seen from {n} feet.",
    "Finish: As selected by the Architect from the full range of the industry.",
    "Minimum compressive strength after {n} days: as indicated on the Drawings.",
    "Fasteners: Stainless steel or hot-dip galvanized, of the type and spacing {p} needs to carry the loads shown.",
    "Accessories: Provide trim, closures, anchors, and sealing materials of the same maker as {p}.",
    "Color: Match the approved sample; variation within a lot shall not exceed what the sample set shows.",
    "Where {p} meets dissimilar metal, separate the two with a bituminous coating or a nonconducting spacer.",
    "Test one of every {n} units in the plant and keep the record for the Owner's review.",
    "Provide {q} of a type recommended in writing by the manufacturer of {p} for the condition shown.",
    "Do not use materials that contain asbestos, lead, or other constituents that the law forbids.",
];
pub const EXAMINATION: &[&str] = &[
    "Examine substrates and areas, with the installer present, for conditions that would harm the performance of {p}.",
    "Check moisture of slabs by {s} or by a method the manufacturer accepts; report readings above the limit.",
    "Proceed with the work only after unsatisfactory conditions have been corrected.",
];
pub const PREPARATION: &[&str] = &[
    "Clean surfaces of dirt, oil, and loose material by methods that do not harm them.",
    "Fill holes and cracks wider than 1/{n} inch and level the surface with a compatible patching material.",
    "Lay out {p} from the centerlines of the room so that cuts at opposite sides are equal.",
    "Protect finished work nearby with boards or sheeting fastened against wind.",
];
pub const INSTALLATION: &[&str] = &[
    "Install {p} plumb, level, and true to line, within 1/8 inch in {n} feet.",
    "Follow the manufacturer's written instructions and {s}; where the two differ, the stricter governs.",
    "Set {p} in full contact with its bed; do not use shims of wood or compressible material.",
    "Stagger end joints by at least {n} inches and keep them away from the corners of openings.",
    "Fasten {q} to solid construction; plugs of fiber or wood are not acceptable.",
    "Fit {p} around pipes and conduits with a uniform gap and close the gap as specified for joints.",
    "Do not cover concealed work until it has been inspected and the tests have been passed.",
    "Carry expansion joints of the building through {p} without interruption.",
    "Replace units that are chipped, bent, or stained; repairs that remain visible will be refused.",
    "Make connections to {r} with flexible fittings so that movement is not transferred.",
];
pub const FIELD_QUALITY: &[&str] = &[
    "Testing Agency: The Owner will engage a qualified agency to inspect {p} and to report in writing.",
    "Test at least one location for every {n} square feet of {p}, chosen by the Architect.",
    "Remove and replace {p} where test results show that it does not comply.",
    "Tests shall follow {s}.",
];
pub const CLEANING: &[&str] = &[
    "Remove protective films and labels, and clean exposed surfaces with a mild soap that leaves no residue.",
    "Protect {p} from traffic and construction dust until Substantial Completion.",
    "Adjust moving parts so that they work without binding.",
];
pub const FRONT_MATTER: &[&str] = &[
    "Sealed bids will be received by the Owner at the office named in the notice until the hour stated there, and then opened in public.",
    "Bidders shall visit the site and compare it with the Drawings; a claim that rests on ignorance of visible conditions will not be considered.",
    "A bid shall be accompanied by security in the amount of {n} percent of the base bid, payable to the Owner.",
    "Questions shall reach the Architect no later than {n} days before bids are due; answers will be issued by addendum to all who hold the documents.",
    "The successful bidder shall furnish performance and payment bonds, each for the whole amount of the Contract, within {n} days of the notice of award.",
    "The Owner may reject any or all bids, waive informalities, and accept the bid that serves the Owner best.",
    "Liquidated damages of $ {n}00 shall be assessed for each calendar day by which the work is late.",
    "Wherever the General Conditions speak of the Engineer, the Architect's consultant for that discipline is meant.",
];
