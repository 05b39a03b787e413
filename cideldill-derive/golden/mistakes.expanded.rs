::core::compile_error! {
    "unknown key `skpi`; did you mean `skip`? (on a field there are: `skip`, `default`, `rename`, `alias`, `with`, `as`, `serde`, `reducer`, `placeholder`, `extra`, `bound`)"
}
::core::compile_error! {
    "`serde` and `skip` cannot stand together: each says how the field is recorded; remove one"
}
#[doc(hidden)]
#[allow(
    deprecated,
    non_upper_case_globals,
    unused_attributes,
    unused_qualifications,
    clippy::absolute_paths,
)]
const _: () = {
    use ::cideldill::__private as _cideldill;
    #[automatically_derived]
    impl _cideldill::Reduce for Wrong {
        const DESC: &'static _cideldill::Desc = _cideldill::Desc::RECORD;
        fn reduce(
            &self,
            _: &mut _cideldill::Encoder<'_>,
        ) -> _cideldill::core::result::Result<(), _cideldill::Error> {
            loop {}
        }
    }
    #[automatically_derived]
    impl _cideldill::Reconstruct for Wrong {
        fn reconstruct(
            _: &mut _cideldill::Decoder<'_>,
        ) -> _cideldill::core::result::Result<Self, _cideldill::Error> {
            loop {}
        }
    }
};
