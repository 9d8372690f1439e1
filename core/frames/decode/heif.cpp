// HEIC, HEIF and AVIF by libheif. What the boxes claim and what is coded inside may differ: both
// are judged.

#include "core/frames/decode/codedsize.h"
#include "core/frames/decode/imagedecoder.h"

#include <libheif/heif.h>

#include <cstring>
#include <memory>

namespace birblens {

namespace {

constexpr int longestSide = 32768;

using Context = std::unique_ptr<heif_context, decltype(&heif_context_free)>;
using Handle = std::unique_ptr<const heif_image_handle, decltype(&heif_image_handle_release)>;

Context openHeif(const QByteArray &bytes, heif_error *error)
{
    Context context(heif_context_alloc(), heif_context_free);
    heif_context_set_maximum_image_size_limit(context.get(), longestSide);
    *error = heif_context_read_from_memory_without_copy(context.get(), bytes.constData(),
                                                        static_cast<size_t>(bytes.size()), nullptr);
    return context;
}

QString textOf(const heif_error &error)
{
    return error.message != nullptr ? QString::fromUtf8(error.message).simplified() : QString();
}

Handle primary(const Context &context, heif_error *error)
{
    heif_image_handle *handle = nullptr;
    if (error->code == heif_error_Ok)
        *error = heif_context_get_primary_image_handle(context.get(), &handle);
    return {handle, heif_image_handle_release};
}

} // namespace

ImageHeader inspectHeif(const QByteArray &bytes)
{
    ImageHeader facts;
    facts.format = ImageFormat::Heif;
    heif_error error = {};
    const Context context = openHeif(bytes, &error);
    const Handle handle = primary(context, &error);
    if (!handle) {
        facts.problem =
            error.subcode == heif_suberror_End_of_data
                ? QStringLiteral("The image is cut off after %1 KB")
                      .arg((bytes.size() + 1023) / 1024)
                : QStringLiteral("This HEIF file cannot be read: %1").arg(textOf(error));
        return facts;
    }
    // Upright already: libheif turns by `irot` and `imir`, and EXIF's orientation does not count
    // (ISO/IEC 23008-12, 6.5.10 and annex A).
    facts.stored = QSize(heif_image_handle_get_width(handle.get()),
                         heif_image_handle_get_height(handle.get()));
    const QSize coded = largestCodedSize(bytes);
    const qint64 pixels = qint64(facts.stored.width()) * facts.stored.height();
    const qint64 inside = qint64(coded.width()) * coded.height();
    // What is put together, as planes, as interleaved colours and as ours; deep pictures take twice
    // that. What is coded, of which a decoder keeps several; measured with dav1d and libde265: 22
    // bytes a pixel in all.
    const bool deep = heif_image_handle_get_luma_bits_per_pixel(handle.get()) > 8;
    facts.cost = (deep ? 18 : 9) * pixels + 13 * inside;
    if (inside > maxPixels)
        facts.problem = QStringLiteral("The image is too large: %1 x %2 pixels are coded inside")
                            .arg(coded.width())
                            .arg(coded.height());
    return facts;
}

Decoded decodeHeif(const QByteArray &bytes, const ImageHeader &)
{
    Decoded decoded;
    heif_error error = {};
    const Context context = openHeif(bytes, &error);
    const Handle handle = primary(context, &error);
    std::unique_ptr<heif_image, void (*)(const heif_image *)> image(nullptr, heif_image_release);
    if (handle) {
        std::unique_ptr<heif_decoding_options, decltype(&heif_decoding_options_free)> options(
            heif_decoding_options_alloc(), heif_decoding_options_free);
        options->convert_hdr_to_8bit = 1;
        options->strict_decoding = 1;
        heif_image *made = nullptr;
        error = heif_decode_image(handle.get(), &made, heif_colorspace_RGB,
                                  heif_chroma_interleaved_RGB, options.get());
        image.reset(made);
    }
    int stride = 0;
    const uint8_t *from =
        image ? heif_image_get_plane_readonly(image.get(), heif_channel_interleaved, &stride)
              : nullptr;
    if (from != nullptr) {
        const QSize size(heif_image_get_primary_width(image.get()),
                         heif_image_get_primary_height(image.get()));
        decoded.image = blankImage(size);
        for (int y = 0; y < decoded.image.height(); ++y)
            std::memcpy(decoded.image.scanLine(y), from + static_cast<ptrdiff_t>(stride) * y,
                        static_cast<size_t>(size.width()) * 3);
        return decoded;
    }
    decoded.damage = QStringLiteral("This HEIF file is damaged, cut off or of a kind that cannot "
                                    "be read (%1)")
                         .arg(textOf(error));
    return decoded;
}

} // namespace birblens
