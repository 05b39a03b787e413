//! What the derive decided for a type, as data.

use crate::type_info::TypeInfo;

/// What the derive decided for a type, as a value of its own: recorded, loaded, compared like any
/// other. A [`TypeInfo`] is recorded as this.
///
/// ```
/// use cideldill::{Debuggable, TypeDescription, decode, encode, type_info};
///
/// #[derive(Debuggable)]
/// struct Order { id: u64, note: Option<String> }
///
/// let encoded = encode(&type_info::<Order>())?;
/// let description: TypeDescription = decode(encoded.root(), &encoded)?;
/// assert_eq!(description.name(), "Order");
/// let shape = &description.shapes()[0];
/// let fields: Vec<_> = shape.fields().collect();
/// assert_eq!(fields, [(Some("id"), "L"), (Some("note"), "?s")]);
/// # Ok::<(), cideldill::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeDescription {
    pub(crate) name: String,
    pub(crate) strategy: String,
    pub(crate) desc: String,
    pub(crate) shapes: Vec<ShapeDescription>,
}

/// The shape of a struct or variant, as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeDescription {
    pub(crate) tag: String,
    pub(crate) version: u32,
    /// Each with its name and desc.
    pub(crate) fields: Vec<(Option<String>, String)>,
}

impl TypeDescription {
    /// The type's name in the data, as in its tags; for one that is no struct or enum, of its parts
    /// (docs/format.md section 10.3).
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How values are taken apart and put together, as [`Strategy`](crate::Strategy) prints it.
    pub fn strategy(&self) -> &str {
        &self.strategy
    }

    /// The desc of the type's values (docs/format.md section 2).
    pub fn desc(&self) -> &str {
        &self.desc
    }

    /// One for a struct, one a variant for an enum.
    pub fn shapes(&self) -> &[ShapeDescription] {
        &self.shapes
    }
}

impl ShapeDescription {
    /// `Struct`, or `Enum::Variant`.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The version of the type; 0 if it has none.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The fields in order: name, unless it is known by its place, and desc.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = (Option<&str>, &str)> {
        let fields = self.fields.iter();
        fields.map(|(name, desc)| (name.as_deref(), desc.as_str()))
    }
}

impl From<TypeInfo> for TypeDescription {
    fn from(info: TypeInfo) -> Self {
        let shapes = info.shapes().iter().map(|shape| ShapeDescription {
            tag: shape.tag.to_owned(),
            version: shape.version,
            fields: shape
                .types
                .iter()
                .enumerate()
                .map(|(field, desc)| {
                    let name = shape.names.get(field).map(ToString::to_string);
                    (name, desc.to_string())
                })
                .collect(),
        });
        Self {
            name: info.desc().name(),
            strategy: info.strategy().to_string(),
            desc: info.desc().to_string(),
            shapes: shapes.collect(),
        }
    }
}
