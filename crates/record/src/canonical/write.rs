//! From any `serde` value to a [`Value`]. Not through `serde_json`, which writes NaN as null and keys of any kind as strings: here
//! everything that canonical bytes cannot carry is refused with its place.

use std::collections::BTreeMap;

use serde::ser::{self, Serialize, Serializer};

use super::value::{Integer, Name, Value, deeper};
use crate::error::{Error, Place, Step, quoted};

impl Value {
    /// The value as canonical bytes would hold it.
    ///
    /// # Errors
    /// With the place, where it holds something that canonical bytes cannot carry or is too deep.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, Error> {
        value.serialize(Writer { level: 0 })
    }
}

fn refuse(found: impl Into<String>, hint: &'static str) -> Error {
    Error::Unsupported {
        place: Place::default(),
        expected: "an object, a list, a string, an integer or a boolean",
        found: found.into(),
        hint,
    }
}

const NO_NULL: &str = "leave the member out where there is nothing (`skip_serializing_if`)";
const NO_FLOAT: &str = "write an integer in a smaller unit, such as millionths of a dollar, or the digits as a string";
const NO_BYTES: &str = "write bytes as hexadecimal digits";
const NO_RAW: &str = "read raw JSON into a type first";

#[derive(Clone, Copy)]
struct Writer {
    level: usize,
}

impl Writer {
    fn list(self, wrapped: Option<&'static str>) -> Result<List, Error> {
        let inner = self.level + usize::from(wrapped.is_some());
        deeper(inner)?;
        Ok(List { elements: Vec::new(), wrapped, inside: Self { level: inner + 1 } })
    }

    fn object(self, wrapped: Option<&'static str>) -> Result<Object, Error> {
        let inner = self.level + usize::from(wrapped.is_some());
        deeper(inner)?;
        Ok(Object { members: BTreeMap::new(), name: None, wrapped, inside: Self { level: inner + 1 } })
    }
}

/// The value under the name of its enum variant, as `serde` writes variants by default.
fn wrap(variant: Option<&'static str>, value: Value) -> Value {
    match variant {
        None => value,
        Some(variant) => Value::Object(BTreeMap::from([(Name::from(variant), value)])),
    }
}

impl Serializer for Writer {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = List;
    type SerializeTupleVariant = List;
    type SerializeMap = Object;
    type SerializeStruct = Object;
    type SerializeStructVariant = Object;

    fn serialize_bool(self, x: bool) -> Result<Value, Error> {
        Ok(Value::Boolean(x))
    }
    fn serialize_i8(self, x: i8) -> Result<Value, Error> {
        self.serialize_i64(i64::from(x))
    }
    fn serialize_i16(self, x: i16) -> Result<Value, Error> {
        self.serialize_i64(i64::from(x))
    }
    fn serialize_i32(self, x: i32) -> Result<Value, Error> {
        self.serialize_i64(i64::from(x))
    }
    fn serialize_i64(self, x: i64) -> Result<Value, Error> {
        Integer::try_from(x).map(Value::Integer)
    }
    fn serialize_i128(self, x: i128) -> Result<Value, Error> {
        Integer::try_from(x).map(Value::Integer)
    }
    fn serialize_u8(self, x: u8) -> Result<Value, Error> {
        self.serialize_i64(i64::from(x))
    }
    fn serialize_u16(self, x: u16) -> Result<Value, Error> {
        self.serialize_i64(i64::from(x))
    }
    fn serialize_u32(self, x: u32) -> Result<Value, Error> {
        self.serialize_i64(i64::from(x))
    }
    fn serialize_u64(self, x: u64) -> Result<Value, Error> {
        self.serialize_i128(i128::from(x))
    }
    fn serialize_u128(self, x: u128) -> Result<Value, Error> {
        // What does not fit is far beyond the bound anyway.
        self.serialize_i128(i128::try_from(x).unwrap_or(i128::MAX))
    }
    fn serialize_f32(self, x: f32) -> Result<Value, Error> {
        self.serialize_f64(f64::from(x))
    }
    fn serialize_f64(self, x: f64) -> Result<Value, Error> {
        Err(refuse(format!("the float {x}"), NO_FLOAT))
    }
    fn serialize_char(self, x: char) -> Result<Value, Error> {
        Ok(Value::Text(x.to_string()))
    }
    fn serialize_str(self, x: &str) -> Result<Value, Error> {
        Ok(Value::Text(x.to_owned()))
    }
    fn serialize_bytes(self, x: &[u8]) -> Result<Value, Error> {
        Err(refuse(format!("{} bytes", x.len()), NO_BYTES))
    }
    fn serialize_none(self) -> Result<Value, Error> {
        Err(refuse("nothing", NO_NULL))
    }
    fn serialize_some<T: Serialize + ?Sized>(self, x: &T) -> Result<Value, Error> {
        x.serialize(self)
    }
    fn serialize_unit(self) -> Result<Value, Error> {
        Err(refuse("nothing", NO_NULL))
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, Error> {
        Err(refuse("nothing", NO_NULL))
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Value, Error> {
        Ok(Value::Text(variant.to_owned()))
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, x: &T) -> Result<Value, Error> {
        x.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        x: &T,
    ) -> Result<Value, Error> {
        deeper(self.level)?;
        let inside = Self { level: self.level + 1 };
        let value = x.serialize(inside).map_err(|error| error.inside(Step::Member(variant.to_owned())))?;
        Ok(wrap(Some(variant), value))
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<List, Error> {
        self.list(None)
    }
    fn serialize_tuple(self, _: usize) -> Result<List, Error> {
        self.list(None)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List, Error> {
        self.list(None)
    }
    fn serialize_tuple_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<List, Error> {
        self.list(Some(variant))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Object, Error> {
        self.object(None)
    }
    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Object, Error> {
        // serde_json smuggles raw text and numbers of any precision through structs of these names.
        if name.starts_with("$serde_json::private") { Err(refuse("raw JSON", NO_RAW)) } else { self.object(None) }
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Object, Error> {
        self.object(Some(variant))
    }
}

struct List {
    elements: Vec<Value>,
    wrapped: Option<&'static str>,
    inside: Writer,
}

impl List {
    fn push<T: Serialize + ?Sized>(&mut self, x: &T) -> Result<(), Error> {
        let element = x.serialize(self.inside).map_err(|error| {
            let error = error.inside(Step::Element(self.elements.len()));
            self.wrapped.map_or(error.clone(), |variant| error.inside(Step::Member(variant.to_owned())))
        })?;
        self.elements.push(element);
        Ok(())
    }

    fn finish(self) -> Value {
        wrap(self.wrapped, Value::List(self.elements))
    }
}

impl ser::SerializeSeq for List {
    type Ok = Value;
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, x: &T) -> Result<(), Error> {
        self.push(x)
    }
    fn end(self) -> Result<Value, Error> {
        Ok(self.finish())
    }
}

impl ser::SerializeTuple for List {
    type Ok = Value;
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, x: &T) -> Result<(), Error> {
        self.push(x)
    }
    fn end(self) -> Result<Value, Error> {
        Ok(self.finish())
    }
}

impl ser::SerializeTupleStruct for List {
    type Ok = Value;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, x: &T) -> Result<(), Error> {
        self.push(x)
    }
    fn end(self) -> Result<Value, Error> {
        Ok(self.finish())
    }
}

impl ser::SerializeTupleVariant for List {
    type Ok = Value;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, x: &T) -> Result<(), Error> {
        self.push(x)
    }
    fn end(self) -> Result<Value, Error> {
        Ok(self.finish())
    }
}

struct Object {
    members: BTreeMap<Name, Value>,
    name: Option<String>,
    wrapped: Option<&'static str>,
    inside: Writer,
}

impl Object {
    fn put<T: Serialize + ?Sized>(&mut self, name: String, x: &T) -> Result<(), Error> {
        let result = x.serialize(self.inside).and_then(|value| {
            if self.members.insert(Name::from(name.as_str()), value).is_some() {
                return Err(Error::Unsupported {
                    place: Place::default(),
                    expected: "a name that the object does not have yet",
                    found: quoted(&name),
                    hint: "rename one of the two",
                });
            }
            Ok(())
        });
        result.map_err(|error| {
            let error = error.inside(Step::Member(name));
            self.wrapped.map_or(error.clone(), |variant| error.inside(Step::Member(variant.to_owned())))
        })
    }

    fn finish(self) -> Value {
        wrap(self.wrapped, Value::Object(self.members))
    }
}

impl ser::SerializeMap for Object {
    type Ok = Value;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        match key.serialize(self.inside)? {
            Value::Text(name) => {
                self.name = Some(name);
                Ok(())
            }
            Value::Boolean(_) | Value::Integer(_) | Value::List(_) | Value::Object(_) => Err(Error::Unsupported {
                place: Place::default(),
                expected: "a string as a key",
                found: "another kind of key".to_owned(),
                hint: "write the key as a string",
            }),
        }
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, x: &T) -> Result<(), Error> {
        let name = self.name.take().ok_or_else(|| <Error as ser::Error>::custom("a value came without its key"))?;
        self.put(name, x)
    }
    fn end(self) -> Result<Value, Error> {
        Ok(self.finish())
    }
}

impl ser::SerializeStruct for Object {
    type Ok = Value;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, x: &T) -> Result<(), Error> {
        self.put(name.to_owned(), x)
    }
    fn end(self) -> Result<Value, Error> {
        Ok(self.finish())
    }
}

impl ser::SerializeStructVariant for Object {
    type Ok = Value;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, x: &T) -> Result<(), Error> {
        self.put(name.to_owned(), x)
    }
    fn end(self) -> Result<Value, Error> {
        Ok(self.finish())
    }
}
