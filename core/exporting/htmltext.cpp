// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/htmltext.h"

#include "core/exporting/formats.h"

#include <QLocale>

namespace birblens {

namespace {

constexpr int jpegQuality = 80;

const QLocale english(QLocale::English, QLocale::UnitedKingdom);

// No script and nothing from elsewhere: one file that works in ten years, too.
const char *const style = R"(
:root { color-scheme: light dark; --page: #ffffff; --text: #1d1f21; --faint: #65696e; --line: #d2d3d4;
  --panel: #f3f3f2; --good: #1b7f4f; --warn: #b06200; --accent: #4f4ac4; }
@media screen and (prefers-color-scheme: dark) { :root { --page: #1b1c1e; --text: #e6e7e8; --faint: #9a9fa5;
  --line: #414448; --panel: #242628; --good: #52c48b; --warn: #f0a53c; --accent: #9a94ff; } }
body { margin: 0 auto; max-width: 67rem; padding: 1.5rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { margin: .25rem 0 .75rem; max-width: 46rem; }
.faint, footer { color: var(--faint); font-size: .875rem; }
.numbers { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 1rem 0; }
.numbers div { display: flex; flex-direction: column-reverse; }
.numbers dt { color: var(--faint); font-size: .875rem; }
.numbers dd { margin: 0; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .625rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { font-size: .875rem; } th[scope=row] { font-size: 1rem; font-weight: normal; text-align: left; }
th:first-child { text-align: left; padding-left: 0; }
.swatch { display: inline-block; width: .75em; height: .75em; margin-right: .4em; border-radius: 2px;
  border: 1px solid rgba(128, 128, 128, .6); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: .5rem 0;
  font-size: .875rem; }
.plot svg { display: block; width: 100%; min-width: 40rem; height: auto; }
.plot text { fill: var(--text); font: 12px system-ui, sans-serif; }
.plot .quiet { fill: var(--faint); }
.plot .axis { stroke: var(--faint); } .plot .grid { stroke: var(--line); stroke-dasharray: 2 3; }
.unreviewed { fill: none; stroke: var(--faint); stroke-width: 1.3; } .confirmed { fill: var(--good); }
.corrected { fill: var(--warn); } .unsure { fill: var(--accent); }
.frames { display: flex; flex-wrap: wrap; gap: 1.25rem; }
figure { margin: 0; padding: .75rem; background: var(--panel); border: 1px solid var(--line);
  border-radius: 4px; min-width: 15rem; max-width: 100%; box-sizing: border-box; }
.pair { display: flex; flex-wrap: wrap; gap: .5rem; }
.pair > div { min-width: 0; } .pair p { margin: 0 0 .25rem; font-size: .875rem; font-weight: 600; }
img { display: block; max-width: 100%; height: auto; background: #888888; }
figcaption { margin-top: .5rem; font-size: .875rem; width: 0; min-width: 100%; overflow-wrap: anywhere; }
blockquote { margin: .25rem 0 0; padding-left: .75rem; border-left: 3px solid var(--accent);
  white-space: pre-wrap; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .75rem; }
@page { margin: 12mm; }
@media print {
  :root { color-scheme: light; --text: #000000; --faint: #555555; --line: #bbbbbb; --panel: #ffffff;
    font-size: 10pt; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { max-width: none; padding: 0; font-size: 1rem; line-height: 1.35; }
  h2, h3, .legend, main > p:not(.faint) { break-after: avoid; }
  .faint, footer { break-before: avoid; }
  /* Firefox does not heed break-after: avoid. A heading there asks for room below it. */
  @supports (-moz-appearance: none) {
    h2::after, h3::after { content: ""; display: block; height: 10cm; margin-bottom: -10cm; } }
  h2, h3, .numbers, tr, .legend, .plot, figure, li { break-inside: avoid; }
  .scroll { overflow: visible; }
  table { font-size: .875rem; } th, td { padding: .2rem .4rem; white-space: normal; }
  th[scope=row] { font-size: inherit; min-width: 9rem; }
  th[scope=row], .legend, blockquote { overflow-wrap: anywhere; }
  .plot { padding-left: 1rem; } .plot svg { min-width: 0; overflow: visible; } .plot text { font-size: 13px; }
  .frames { align-items: flex-start; gap: .75rem; } figure { min-width: 16.5rem; padding: .5rem; }
  .pair { align-items: end; } .pair p { width: 0; min-width: 100%; }
  img { width: auto; max-height: 55mm; } figure > img { max-width: 85mm; }
}
)";

} // namespace

QString printable(const QString &text)
{
    QString kept;
    kept.reserve(text.size());
    for (const QChar c : text) {
        const bool control = c.unicode() < 0x20 && c != QLatin1Char('\n') && c != QLatin1Char('\t');
        kept += control || c.unicode() >= 0xFFFE ? QChar(QChar::ReplacementCharacter) : c;
    }
    return kept;
}

QString htmlEscaped(const QString &text)
{
    return printable(text).toHtmlEscaped();
}

QString htmlNumber(qint64 number)
{
    return english.toString(number);
}

QString htmlDate(const QDate &date)
{
    return english.toString(date, QStringLiteral("d MMM yyyy"));
}

QString htmlTime(const QDateTime &time, bool seconds)
{
    if (!time.isValid())
        return QStringLiteral("time not known");
    return english.toString(time, seconds ? QStringLiteral("d MMM yyyy HH:mm:ss")
                                          : QStringLiteral("d MMM yyyy HH:mm"));
}

QString htmlCount(qint64 number, const QString &one, const QString &many)
{
    return htmlNumber(number) + QLatin1Char(' ') + (number == 1 ? one : many);
}

QString htmlShare(const std::optional<Share> &share)
{
    if (!share)
        return QStringLiteral("\u2013");
    const auto percent = [](double value) { return english.toString(100.0 * value, 'f', 0); };
    return QStringLiteral("%1\u00a0% (%2\u00a0to\u00a0%3)")
        .arg(percent(share->value), percent(share->low), percent(share->high));
}

QString htmlParagraph(const QString &html, const char *style)
{
    const QString named =
        *style ? QStringLiteral(" class=\"%1\"").arg(QLatin1String(style)) : QString();
    return QStringLiteral("<p%1>%2</p>\n").arg(named, html);
}

QString htmlImage(const QImage &image, int height, const QString &alternative)
{
    const QImage small =
        image.height() > height ? image.scaledToHeight(height, Qt::SmoothTransformation) : image;
    const auto bytes =
        encodePicture(small.convertToFormat(QImage::Format_RGB32), "jpg", jpegQuality);
    if (!bytes)
        return {};
    return QStringLiteral("<img src=\"data:image/jpeg;base64,%1\" width=\"%2\" height=\"%3\" "
                          "alt=\"%4\"/>")
        .arg(QString::fromLatin1(bytes->toBase64()))
        .arg(small.width())
        .arg(small.height())
        .arg(htmlEscaped(alternative));
}

QByteArray htmlPage(const QString &title, const QString &body)
{
    QByteArray page = "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n"
                      "<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
                      "content=\"width=device-width, initial-scale=1\"/>\n<title>";
    page +=
        htmlEscaped(title).toUtf8() + "</title>\n<style>" + style + "</style>\n</head>\n<body>\n";
    return page + body.toUtf8() + "</body>\n</html>\n";
}

} // namespace birblens
