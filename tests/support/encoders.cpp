// SPDX-License-Identifier: GPL-3.0-or-later

#include "support/encoders.h"

#include <jxl/decode.h>
#include <jxl/decode_cxx.h>
#include <jxl/encode.h>
#include <jxl/encode_cxx.h>
#include <libheif/heif.h>
#include <openjpeg.h>
#include <tiffio.h>
#include <webp/encode.h>

#include <cstdio>
#include <cstring>
#include <jpeglib.h>
#include <memory>
#include <vector>

namespace testing {

namespace {

heif_error append(heif_context *, const void *data, size_t size, void *user)
{
    static_cast<QByteArray *>(user)->append(static_cast<const char *>(data),
                                            static_cast<qsizetype>(size));
    return {heif_error_Ok, heif_suberror_Unspecified, ""};
}

struct Memory
{
    QByteArray bytes;
    qint64 at = 0;

    qint64 write(const void *from, qint64 count)
    {
        if (bytes.size() < at + count)
            bytes.resize(at + count);
        std::memcpy(bytes.data() + at, from, static_cast<size_t>(count));
        at += count;
        return count;
    }
};

Memory *memory(void *user)
{
    return static_cast<Memory *>(user);
}

} // namespace

QByteArray heif(const QImage &image, bool avif)
{
    heif_context *context = heif_context_alloc();
    heif_encoder *encoder = nullptr;
    QByteArray bytes;
    heif_image *picture = nullptr;
    if (heif_context_get_encoder_for_format(
            context, avif ? heif_compression_AV1 : heif_compression_HEVC, &encoder)
                .code == heif_error_Ok &&
        heif_image_create(image.width(), image.height(), heif_colorspace_RGB,
                          heif_chroma_interleaved_RGB, &picture)
                .code == heif_error_Ok) {
        heif_image_add_plane(picture, heif_channel_interleaved, image.width(), image.height(), 8);
        int stride = 0;
        uint8_t *to = heif_image_get_plane(picture, heif_channel_interleaved, &stride);
        for (int y = 0; y < image.height(); ++y)
            std::memcpy(to + static_cast<ptrdiff_t>(stride) * y, image.constScanLine(y),
                        static_cast<size_t>(image.width()) * 3);
        heif_encoder_set_lossy_quality(encoder, 95);
        heif_image_handle *handle = nullptr;
        heif_context_encode_image(context, picture, encoder, nullptr, &handle);
        heif_image_handle_release(handle);
        heif_writer writer{1, append};
        heif_context_write(context, &writer, &bytes);
    }
    heif_image_release(picture);
    heif_encoder_release(encoder);
    heif_context_free(context);
    return bytes;
}

QByteArray jxl(const QImage &image, int orientation)
{
    const JxlEncoderPtr encoder = JxlEncoderMake(nullptr);
    JxlBasicInfo info;
    JxlEncoderInitBasicInfo(&info);
    info.xsize = static_cast<uint32_t>(image.width());
    info.ysize = static_cast<uint32_t>(image.height());
    info.bits_per_sample = 8;
    info.uses_original_profile = JXL_TRUE;
    info.orientation = static_cast<JxlOrientation>(orientation);
    JxlEncoderSetBasicInfo(encoder.get(), &info);
    JxlColorEncoding colours;
    JxlColorEncodingSetToSRGB(&colours, JXL_FALSE);
    JxlEncoderSetColorEncoding(encoder.get(), &colours);
    JxlEncoderFrameSettings *settings = JxlEncoderFrameSettingsCreate(encoder.get(), nullptr);
    JxlEncoderSetFrameLossless(settings, JXL_TRUE);
    const JxlPixelFormat format{3, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 4};
    JxlEncoderAddImageFrame(settings, &format, image.constBits(),
                            static_cast<size_t>(image.sizeInBytes()));
    JxlEncoderCloseInput(encoder.get());
    QByteArray bytes(4 * image.sizeInBytes() + 65536, '\0');
    auto *next = reinterpret_cast<uint8_t *>(bytes.data());
    auto left = static_cast<size_t>(bytes.size());
    JxlEncoderProcessOutput(encoder.get(), &next, &left);
    bytes.chop(static_cast<qsizetype>(left));
    return bytes;
}

namespace {

/** Where the headers of a code stream end and its first frame begins. */
qsizetype firstFrameOf(const QByteArray &stream)
{
    const JxlDecoderPtr decoder = JxlDecoderMake(nullptr);
    JxlDecoderSubscribeEvents(decoder.get(), JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING);
    JxlDecoderSetInput(decoder.get(), reinterpret_cast<const uint8_t *>(stream.constData()),
                       static_cast<size_t>(stream.size()));
    while (JxlDecoderProcessInput(decoder.get()) == JXL_DEC_BASIC_INFO) {
    }
    return stream.size() - static_cast<qsizetype>(JxlDecoderReleaseInput(decoder.get()));
}

class BitWriter
{
public:
    void put(quint64 value, int count)
    {
        for (int i = 0; i < count; ++i, ++m_count) {
            if (m_count % 8 == 0)
                m_bytes += '\0';
            m_bytes.back() = char(m_bytes.back() | ((value >> i) & 1) << (m_count % 8));
        }
    }
    void align() { m_count = (m_count + 7) / 8 * 8; }
    QByteArray bytes() const { return m_bytes; }

private:
    QByteArray m_bytes;
    int m_count = 0;
};

/** ISO/IEC 18181-1, annex F: a modular frame that is only kept for reference, with nothing in it.
 */
QByteArray hiddenFrame(const QSize &size, int place)
{
    BitWriter frame;
    frame.put(0, 1); // not all as usual
    frame.put(2, 2); // reference only
    frame.put(1, 1); // modular
    frame.put(0, 2); // no flags
    frame.put(0, 1); // no YCbCr
    frame.put(0, 2); // no upsampling
    frame.put(1, 2); // groups of 256 pixels
    frame.put(1, 1); // of its own size
    for (const int side : {size.width(), size.height()}) {
        const bool large = side >= 18688;
        Q_ASSERT(large || side >= 2304);
        frame.put(large ? 3 : 2, 2);
        frame.put(quint64(side) - (large ? 18688 : 2304), large ? 30 : 14);
    }
    frame.put(quint64(place), 2);
    frame.put(0, 1); // after the transformation of colours
    frame.put(0, 2); // no name
    frame.put(1, 1); // the usual filter
    frame.put(0, 2); // no extensions
    frame.put(0, 1); // sections in their order
    frame.align();
    const auto parts = [](int side, int part) { return (side + part - 1) / part; };
    const int sections = 2 + parts(size.width(), 256) * parts(size.height(), 256) +
                         parts(size.width(), 2048) * parts(size.height(), 2048);
    for (int i = 0; i < sections; ++i)
        frame.put(0, 12); // of no bytes
    return frame.bytes();
}

} // namespace

QByteArray jxlWithHiddenFrames(const QSize &picture, const QSize &hidden, int count)
{
    QImage image(picture, QImage::Format_RGB888);
    image.fill(Qt::gray);
    QByteArray stream = jxl(image, 1);
    QByteArray frames;
    for (int i = 0; i < count; ++i)
        frames += hiddenFrame(hidden, i % 4);
    return stream.insert(firstFrameOf(stream), frames);
}

QByteArray jxlFrame(const QSize &picture, const QSize &frame)
{
    const JxlEncoderPtr encoder = JxlEncoderMake(nullptr);
    JxlBasicInfo info;
    JxlEncoderInitBasicInfo(&info);
    info.xsize = static_cast<uint32_t>(picture.width());
    info.ysize = static_cast<uint32_t>(picture.height());
    info.bits_per_sample = 8;
    info.uses_original_profile = JXL_TRUE;
    JxlEncoderSetBasicInfo(encoder.get(), &info);
    JxlColorEncoding colours;
    JxlColorEncodingSetToSRGB(&colours, JXL_FALSE);
    JxlEncoderSetColorEncoding(encoder.get(), &colours);
    JxlEncoderFrameSettings *settings = JxlEncoderFrameSettingsCreate(encoder.get(), nullptr);
    JxlEncoderSetFrameLossless(settings, JXL_TRUE);
    JxlEncoderFrameSettingsSetOption(settings, JXL_ENC_FRAME_SETTING_EFFORT, 1);
    JxlFrameHeader header;
    JxlEncoderInitFrameHeader(&header);
    header.layer_info.have_crop = JXL_TRUE;
    header.layer_info.xsize = static_cast<uint32_t>(frame.width());
    header.layer_info.ysize = static_cast<uint32_t>(frame.height());
    JxlEncoderSetFrameHeader(settings, &header);
    const JxlPixelFormat format{3, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    const QByteArray pixels(3LL * frame.width() * frame.height(), '\xFF');
    JxlEncoderAddImageFrame(settings, &format, pixels.constData(),
                            static_cast<size_t>(pixels.size()));
    JxlEncoderCloseInput(encoder.get());
    QByteArray bytes(16 * 1024 * 1024, '\0');
    auto *next = reinterpret_cast<uint8_t *>(bytes.data());
    auto left = static_cast<size_t>(bytes.size());
    JxlEncoderProcessOutput(encoder.get(), &next, &left);
    bytes.chop(static_cast<qsizetype>(left));
    return bytes;
}

QByteArray jpeg2000(const QImage &image)
{
    opj_image_cmptparm_t component = {};
    component.dx = component.dy = 1;
    component.w = static_cast<OPJ_UINT32>(image.width());
    component.h = static_cast<OPJ_UINT32>(image.height());
    component.prec = 8;
    std::vector<opj_image_cmptparm_t> components(3, component);
    opj_image_t *picture = opj_image_create(3, components.data(), OPJ_CLRSPC_SRGB);
    picture->x1 = component.w;
    picture->y1 = component.h;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            for (int c = 0; c < 3; ++c)
                picture->comps[c].data[y * image.width() + x] = image.constScanLine(y)[3 * x + c];
    opj_cparameters_t parameters;
    opj_set_default_encoder_parameters(&parameters);
    parameters.tcp_numlayers = 1;
    parameters.cp_disto_alloc = 1;
    parameters.tcp_rates[0] = 0; // lossless
    parameters.numresolution = 3;
    opj_codec_t *codec = opj_create_compress(OPJ_CODEC_JP2);
    opj_setup_encoder(codec, &parameters, picture);
    opj_stream_t *stream = opj_stream_default_create(OPJ_FALSE);
    Memory target;
    opj_stream_set_user_data(stream, &target, nullptr);
    opj_stream_set_write_function(stream, [](void *from, OPJ_SIZE_T count, void *user) {
        return static_cast<OPJ_SIZE_T>(memory(user)->write(from, static_cast<qint64>(count)));
    });
    opj_stream_set_seek_function(stream, [](OPJ_OFF_T to, void *user) -> OPJ_BOOL {
        memory(user)->at = to;
        return OPJ_TRUE;
    });
    opj_stream_set_skip_function(stream, [](OPJ_OFF_T count, void *user) {
        memory(user)->at += count;
        return count;
    });
    opj_start_compress(codec, picture, stream);
    opj_encode(codec, stream);
    opj_end_compress(codec, stream);
    opj_stream_destroy(stream);
    opj_destroy_codec(codec);
    opj_image_destroy(picture);
    return target.bytes;
}

QByteArray tiff(const QImage &image, int orientation, int pages, bool planes)
{
    Memory target;
    TIFF *file = TIFFClientOpen(
        "", "wm", &target,
        [](thandle_t user, void *to, tmsize_t count) -> tmsize_t {
            const qint64 taken =
                std::min<qint64>(count, memory(user)->bytes.size() - memory(user)->at);
            std::memcpy(to, memory(user)->bytes.constData() + memory(user)->at,
                        static_cast<size_t>(taken));
            memory(user)->at += taken;
            return taken;
        },
        [](thandle_t user, void *from, tmsize_t count) -> tmsize_t {
            return memory(user)->write(from, count);
        },
        [](thandle_t user, toff_t to, int whence) -> toff_t {
            const qint64 base = whence == SEEK_SET   ? 0
                                : whence == SEEK_CUR ? memory(user)->at
                                                     : memory(user)->bytes.size();
            memory(user)->at = base + static_cast<qint64>(to);
            return static_cast<toff_t>(memory(user)->at);
        },
        [](thandle_t) { return 0; },
        [](thandle_t user) -> toff_t { return static_cast<toff_t>(memory(user)->bytes.size()); },
        nullptr, nullptr);
    for (int page = 0; page < pages; ++page) {
        TIFFSetField(file, TIFFTAG_IMAGEWIDTH, image.width());
        TIFFSetField(file, TIFFTAG_IMAGELENGTH, image.height());
        TIFFSetField(file, TIFFTAG_SAMPLESPERPIXEL, 3);
        TIFFSetField(file, TIFFTAG_BITSPERSAMPLE, 8);
        TIFFSetField(file, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
        TIFFSetField(file, TIFFTAG_PLANARCONFIG,
                     planes ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
        TIFFSetField(file, TIFFTAG_COMPRESSION, COMPRESSION_LZW);
        TIFFSetField(file, TIFFTAG_ROWSPERSTRIP, planes ? image.height() : 8);
        TIFFSetField(file, TIFFTAG_ORIENTATION, orientation);
        QByteArray plane(image.width(), '\0');
        for (int sample = 0; planes && sample < 3; ++sample) {
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x)
                    plane[x] = static_cast<char>(image.constScanLine(y)[3 * x + sample]);
                TIFFWriteScanline(file, plane.data(), static_cast<uint32_t>(y),
                                  static_cast<uint16_t>(sample));
            }
        }
        for (int y = 0; !planes && y < image.height(); ++y)
            TIFFWriteScanline(file, const_cast<uchar *>(image.constScanLine(y)),
                              static_cast<uint32_t>(y), 0);
        TIFFWriteDirectory(file);
    }
    TIFFClose(file);
    return target.bytes;
}

QByteArray webp(const QImage &image, bool lossless)
{
    uint8_t *made = nullptr;
    const auto stride = static_cast<int>(image.bytesPerLine());
    const size_t size =
        lossless
            ? WebPEncodeLosslessRGB(image.constBits(), image.width(), image.height(), stride, &made)
            : WebPEncodeRGB(image.constBits(), image.width(), image.height(), stride, 95, &made);
    const QByteArray bytes(reinterpret_cast<const char *>(made), static_cast<qsizetype>(size));
    WebPFree(made);
    return bytes;
}

QByteArray sequentialScans(const QImage &image)
{
    jpeg_compress_struct info = {};
    jpeg_error_mgr errors;
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    uchar *made = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&info, &made, &size);
    info.image_width = static_cast<JDIMENSION>(image.width());
    info.image_height = static_cast<JDIMENSION>(image.height());
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, 97, TRUE);
    jpeg_scan_info scans[3] = {};
    for (int i = 0; i < 3; ++i) {
        scans[i].comps_in_scan = 1;
        scans[i].component_index[0] = i;
        scans[i].Se = 63;
    }
    info.scan_info = scans;
    info.num_scans = 3;
    jpeg_start_compress(&info, TRUE);
    for (int y = 0; y < image.height(); ++y) {
        auto *row = const_cast<uchar *>(image.constScanLine(y));
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    const QByteArray bytes(reinterpret_cast<const char *>(made), static_cast<qsizetype>(size));
    std::free(made);
    return bytes;
}

QByteArray cmykJpeg(const QImage &image)
{
    jpeg_compress_struct info = {};
    jpeg_error_mgr errors;
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    uchar *made = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&info, &made, &size);
    info.image_width = static_cast<JDIMENSION>(image.width());
    info.image_height = static_cast<JDIMENSION>(image.height());
    info.input_components = 4;
    info.in_color_space = JCS_CMYK;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, 100, TRUE);
    jpeg_start_compress(&info, TRUE);
    std::vector<uchar> line(static_cast<size_t>(image.width()) * 4);
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            const uchar *from = image.constScanLine(y) + 3 * x;
            uchar *to = line.data() + 4 * x;
            std::memcpy(to, from, 3);
            to[3] = 255; // no black
        }
        uchar *row = line.data();
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    const QByteArray bytes(reinterpret_cast<const char *>(made), static_cast<qsizetype>(size));
    std::free(made);
    return bytes;
}

} // namespace testing
