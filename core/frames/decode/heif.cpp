// SPDX-License-Identifier: GPL-3.0-or-later

// HEIC, HEIF and AVIF by libheif. What the boxes claim and what is coded inside may differ: both
// are judged.

#include "core/frames/decode/codedsize.h"
#include "core/frames/decode/imagedecoder.h"

#include <libheif/heif.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace birblens {

namespace {

constexpr int longestSide = 32768;

using Context = std::unique_ptr<heif_context, decltype(&heif_context_free)>;
using Handle = std::unique_ptr<const heif_image_handle, decltype(&heif_image_handle_release)>;

/** As libheif decodes it before it is turned and cut. */
QSize uncut(const Handle &handle)
{
    return {heif_image_handle_get_ispe_width(handle.get()),
            heif_image_handle_get_ispe_height(handle.get())};
}

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
    const HeifSizes sizes = heifSizes(bytes);
    const auto area = [](const QSize &size) { return qint64(size.width()) * size.height(); };
    // A grid is made as large as it says and only then cut to what is shown.
    const qint64 pixels = std::max({area(facts.stored), area(uncut(handle)), sizes.composedPixels});
    const qint64 inside = area(sizes.coded);
    // What is put together, as planes, as interleaved colours and as ours; deep pictures take twice
    // that. What is coded, of which a decoder keeps several; measured with dav1d and libde265: 22
    // bytes a pixel in all.
    const bool deep = heif_image_handle_get_luma_bits_per_pixel(handle.get()) > 8;
    facts.cost = (deep ? 18 : 9) * pixels + 13 * inside;
    const QSize largest = inside >= area(sizes.composed) ? sizes.coded : sizes.composed;
    if (sizes.overlapping)
        facts.problem = QStringLiteral("The parts of this HEIF file overlap, which no camera does");
    else if (area(largest) > maxPixels)
        facts.problem = QStringLiteral("The image is too large: %1 x %2 pixels are inside")
                            .arg(largest.width())
                            .arg(largest.height());
    return facts;
}

Decoded decodeHeif(const QByteArray &bytes, const ImageHeader &header)
{
    Decoded decoded;
    heif_error error = {};
    const Context context = openHeif(bytes, &error);
    const Handle handle = primary(context, &error);
    std::unique_ptr<heif_image, void (*)(const heif_image *)> image(nullptr, heif_image_release);
    if (handle) {
        // Nothing larger is made than what the cost was counted from; the limit itself is too much.
        const HeifSizes sizes = heifSizes(bytes);
        int longest = 0;
        for (const QSize &size : {header.stored, uncut(handle), sizes.coded, sizes.composed})
            longest = std::max({longest, size.width(), size.height()});
        heif_context_set_maximum_image_size_limit(context.get(), longest + 1);
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
