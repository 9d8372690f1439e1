// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/filmwriter.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>
}

namespace birblens {

namespace {

constexpr int largestDenominator = 65535; ///< of a frame rate, in MPEG-4

template <auto release>
struct Release
{
    template <class T>
    void operator()(T *object) const
    {
        release(&object);
    }
};

void closeFormat(AVFormatContext **context)
{
    if ((*context)->pb)
        avio_closep(&(*context)->pb);
    avformat_free_context(*context);
    *context = nullptr;
}

void freeScaler(SwsContext **context)
{
    sws_freeContext(*context);
    *context = nullptr;
}

using Format = std::unique_ptr<AVFormatContext, Release<closeFormat>>;
using Codec = std::unique_ptr<AVCodecContext, Release<avcodec_free_context>>;
using Picture = std::unique_ptr<AVFrame, Release<av_frame_free>>;
using Packet = std::unique_ptr<AVPacket, Release<av_packet_free>>;
using Scaler = std::unique_ptr<SwsContext, Release<freeScaler>>;

/**
 * H.264 by FFmpeg, else MPEG-4, in BT.709 colours as the file then says itself. The index comes
 * first, so that a browser can show the film while it is loading; FFmpeg moves it there in a second
 * pass, for which it needs a file.
 */
class Mp4Writer : public FilmWriter
{
public:
    Mp4Writer(const QSize &size, double framesPerSecond)
        : m_path(m_folder.filePath(QStringLiteral("film.mp4")))
    {
        if (m_folder.isValid())
            m_state = open(size, framesPerSecond);
    }

    Result<void> add(const QImage &picture) override
    {
        if (!m_folder.isValid())
            return Error{QStringLiteral("A film needs room for temporary files: %1")
                             .arg(m_folder.errorString()),
                         QDir::tempPath(), QStringLiteral("Free some space there")};
        if (m_state < 0)
            return problem(m_state);
        const QImage image = picture.convertToFormat(QImage::Format_RGB32); // B, G, R, unused
        if (const int made = av_frame_make_writable(m_picture.get()); made < 0)
            return problem(made);
        const uint8_t *const rows[]{image.constBits()};
        const int strides[]{static_cast<int>(image.bytesPerLine())};
        sws_scale(m_scaler.get(), rows, strides, 0, image.height(), m_picture->data,
                  m_picture->linesize);
        m_picture->pts = m_count++;
        if (const int sent = encode(m_picture.get()); sent < 0)
            return problem(sent);
        return {};
    }

    Result<QByteArray> finish() override
    {
        if (m_state < 0)
            return problem(m_state);
        int done = encode(nullptr);
        if (done >= 0)
            done = av_write_trailer(m_format.get());
        if (done >= 0)
            done = avio_closep(&m_format->pb); // also what was still to be written
        if (done < 0)
            return problem(done);
        QFile file(m_path);
        if (!file.open(QIODevice::ReadOnly))
            return problem(AVERROR(EIO));
        const QByteArray bytes = file.readAll();
        if (file.error() != QFileDevice::NoError)
            return problem(AVERROR(EIO));
        return bytes;
    }

private:
    /** @return an error number of FFmpeg's, below zero, or 0. */
    int open(const QSize &size, double framesPerSecond)
    {
        AVFormatContext *format = nullptr;
        const QByteArray path = QFile::encodeName(m_path);
        if (const int made =
                avformat_alloc_output_context2(&format, nullptr, "mp4", path.constData());
            made < 0)
            return made;
        m_format.reset(format);
        int opened = AVERROR_ENCODER_NOT_FOUND;
        for (const AVCodec *encoder :
             {avcodec_find_encoder_by_name("libx264"), avcodec_find_encoder(AV_CODEC_ID_H264),
              avcodec_find_encoder(AV_CODEC_ID_MPEG4)}) {
            if (encoder && (opened = openEncoder(encoder, size, framesPerSecond)) >= 0)
                break;
        }
        if (opened < 0)
            return opened;
        AVStream *stream = avformat_new_stream(m_format.get(), nullptr);
        if (!stream)
            return AVERROR(ENOMEM);
        stream->time_base = m_codec->time_base;
        stream->avg_frame_rate = m_codec->framerate;
        if (const int said = avcodec_parameters_from_context(stream->codecpar, m_codec.get());
            said < 0)
            return said;
        if (const int made = makePicture(size); made < 0)
            return made;
        if (const int made = avio_open(&m_format->pb, path.constData(), AVIO_FLAG_WRITE); made < 0)
            return made;
        AVDictionary *options = nullptr;
        av_dict_set(&options, "movflags", "+faststart", 0);
        const int begun = avformat_write_header(m_format.get(), &options);
        av_dict_free(&options);
        return std::min(begun, 0);
    }

    int openEncoder(const AVCodec *encoder, const QSize &size, double framesPerSecond)
    {
        m_codec.reset(avcodec_alloc_context3(encoder));
        if (!m_codec)
            return AVERROR(ENOMEM);
        m_codec->width = size.width();
        m_codec->height = size.height();
        m_codec->framerate = av_d2q(framesPerSecond, largestDenominator);
        m_codec->time_base = av_inv_q(m_codec->framerate);
        m_codec->pix_fmt = AV_PIX_FMT_YUV420P; // what every player and browser shows
        m_codec->color_range = AVCOL_RANGE_MPEG;
        m_codec->colorspace = AVCOL_SPC_BT709;
        m_codec->color_primaries = AVCOL_PRI_BT709;
        m_codec->color_trc = AVCOL_TRC_BT709;
        if (encoder->id == AV_CODEC_ID_MPEG4) { // has no quality of its own
            m_codec->flags |= AV_CODEC_FLAG_QSCALE;
            m_codec->global_quality = 4 * FF_QP2LAMBDA;
        }
        if ((m_format->oformat->flags & AVFMT_GLOBALHEADER) != 0)
            m_codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
        return avcodec_open2(m_codec.get(), encoder, nullptr);
    }

    int makePicture(const QSize &size)
    {
        m_packet.reset(av_packet_alloc());
        m_picture.reset(av_frame_alloc());
        m_scaler.reset(sws_getContext(size.width(), size.height(), AV_PIX_FMT_BGR0, size.width(),
                                      size.height(), AV_PIX_FMT_YUV420P,
                                      SWS_BICUBIC | SWS_ACCURATE_RND, nullptr, nullptr, nullptr));
        if (!m_packet || !m_picture || !m_scaler)
            return AVERROR(ENOMEM);
        const int *bt709 = sws_getCoefficients(SWS_CS_ITU709);
        constexpr int one = 1 << 16;
        sws_setColorspaceDetails(m_scaler.get(), bt709, 1, bt709, 0, 0, one, one);
        m_picture->format = AV_PIX_FMT_YUV420P;
        m_picture->width = size.width();
        m_picture->height = size.height();
        return av_frame_get_buffer(m_picture.get(), 0);
    }

    /** @param picture null: what the encoder has kept back. */
    int encode(const AVFrame *picture)
    {
        if (const int sent = avcodec_send_frame(m_codec.get(), picture); sent < 0)
            return sent;
        for (;;) {
            const int got = avcodec_receive_packet(m_codec.get(), m_packet.get());
            if (got == AVERROR(EAGAIN) || got == AVERROR_EOF)
                return 0;
            if (got < 0)
                return got;
            m_packet->duration = 1; // the last picture is seen as long as the others
            av_packet_rescale_ts(m_packet.get(), m_codec->time_base,
                                 m_format->streams[0]->time_base);
            if (const int written = av_interleaved_write_frame(m_format.get(), m_packet.get());
                written < 0)
                return written;
        }
    }

    static Error problem(int number)
    {
        if (number == AVERROR(ENOSPC) || number == AVERROR(EDQUOT) || number == AVERROR(EFBIG) ||
            number == AVERROR(EIO))
            return {QStringLiteral("The film could not be written whole; is the disk for temporary "
                                   "files full?"),
                    QDir::tempPath(), QStringLiteral("Free some space there")};
        if (number == AVERROR_ENCODER_NOT_FOUND)
            return {QStringLiteral("This computer cannot write MP4"),
                    {},
                    QStringLiteral("Choose WebP or GIF")};
        char text[AV_ERROR_MAX_STRING_SIZE]{};
        av_strerror(number, text, sizeof text);
        return {QStringLiteral("The film cannot be written: %1").arg(QString::fromUtf8(text)),
                {},
                QStringLiteral("Choose WebP or GIF")};
    }

    QTemporaryDir m_folder;
    QString m_path;
    Format m_format; // all of these go before the folder
    Codec m_codec;
    Packet m_packet;
    Picture m_picture;
    Scaler m_scaler;
    qint64 m_count = 0; ///< pictures
    int m_state = 0;    ///< of opening: an error number below zero
};

} // namespace

std::unique_ptr<FilmWriter> makeMp4Writer(const QSize &size, double framesPerSecond)
{
    // What it has to say comes back as errors.
    av_log_set_level(AV_LOG_QUIET);
    return std::make_unique<Mp4Writer>(size, framesPerSecond);
}

} // namespace birblens
