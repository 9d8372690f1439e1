// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/dialogs/trustdialog.h"

#include "core/explain/cammethods.h"
#include "core/explain/heatmap.h"
#include "core/jobs/inferenceservice.h"
#include "core/review/reviewsession.h"
#include "ui/theme.h"
#include "ui/views/curveplot.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace birblens {

namespace {

constexpr int stripHeight = 11 * kUnit; ///< of a map

QString number(double value)
{
    return QLocale().toString(value + 0.0, 'f', 2);
}

/** The map alone, in its own range: what counts is where it is bright. */
QPixmap mapPixmap(const RawMap &map, qreal ratio)
{
    const double aspect = static_cast<double>(map.width) / map.height;
    QSize size = QSizeF(stripHeight * aspect, stripHeight).toSize().expandedTo({kUnit, kUnit});
    if (size.width() > stripHeight)
        size = {stripHeight, std::max(kUnit, qRound(stripHeight / aspect))};
    const QSize pixels = size * ratio;
    QPixmap pixmap = QPixmap::fromImage(
        renderHeat(map, stretchedOver(map, pixels), ownRange(map), QStringLiteral("magma")));
    pixmap.setDevicePixelRatio(ratio);
    return pixmap;
}

QString areaText(double shown, const QList<TrustCurve> &random, double TrustCurve::*area,
                 const QString &better)
{
    const auto [least, most] = std::minmax_element(
        random.begin(), random.end(),
        [area](const TrustCurve &a, const TrustCurve &b) { return a.*area < b.*area; });
    return TrustDialog::tr("Area %1; random %2 to %3. %4")
        .arg(number(shown), number((*least).*area), number((*most).*area), better);
}

QLabel *caption(const QString &text, const QString &tip, QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setText(label->fontMetrics().elidedText(text, Qt::ElideMiddle, stripHeight));
    label->setToolTip(tip);
    return label;
}

} // namespace

TrustDialog::TrustDialog(ReviewSession &session, InferenceService &service, QWidget *parent)
    : QDialog(parent)
    , m_session(session)
    , m_service(service)
    , m_pages(new QStackedWidget(this))
    , m_message(new QLabel(this))
    , m_reading(new QLabel(this))
    , m_deletion(new CurvePlot(tr("Deletion"), tr("Pixels blurred, brightest first (%)"), this))
    , m_insertion(new CurvePlot(tr("Insertion"), tr("Pixels shown, brightest first (%)"), this))
    , m_deletionArea(new QLabel(this))
    , m_insertionArea(new QLabel(this))
    , m_stripTitle(new QLabel(this))
    , m_strip(new QWidget(this))
    , m_stripGrid(new QGridLayout(m_strip))
    , m_progress(new QProgressBar(this))
    , m_cancel(new QPushButton(tr("Cancel"), this))
    , m_again(new QPushButton(tr("Check the Shown Map"), this))
{
    setObjectName(QStringLiteral("trustDialog"));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(2 * kUnit, 2 * kUnit, 2 * kUnit, 2 * kUnit);
    column->setSpacing(2 * kUnit);

    m_message->setObjectName(QStringLiteral("trustMessage"));
    m_message->setAlignment(Qt::AlignCenter);
    m_message->setWordWrap(true);
    m_reading->setObjectName(QStringLiteral("trustReading"));
    m_reading->setWordWrap(true);
    m_reading->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_deletionArea->setObjectName(QStringLiteral("deletionArea"));
    m_insertionArea->setObjectName(QStringLiteral("insertionArea"));
    auto *page = new QWidget(m_pages);
    auto *grid = new QGridLayout(page);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(3 * kUnit);
    grid->setVerticalSpacing(kUnit);
    grid->addWidget(m_reading, 0, 0, 1, 2);
    grid->setRowMinimumHeight(1, kUnit);
    grid->addWidget(m_deletion, 2, 0);
    grid->addWidget(m_insertion, 2, 1);
    grid->setRowStretch(2, 1);
    grid->addWidget(m_deletionArea, 3, 0);
    grid->addWidget(m_insertionArea, 3, 1);
    grid->setRowMinimumHeight(4, kUnit);
    QFont bold = m_stripTitle->font();
    bold.setBold(true);
    m_stripTitle->setFont(bold);
    m_stripTitle->setText(tr("The map after the network's weights are shuffled from the logits "
                             "down to a module, and its rank correlation"));
    m_stripTitle->setToolTip(tr("A map that stays although the network has forgotten what it "
                                "learned shows the picture, not the reason"));
    grid->addWidget(m_stripTitle, 5, 0, 1, 2);
    grid->addWidget(m_strip, 6, 0, 1, 2, Qt::AlignLeft);
    m_stripGrid->setContentsMargins(0, 0, 0, 0);
    m_stripGrid->setHorizontalSpacing(kUnit);
    m_stripGrid->setVerticalSpacing(kUnit / 2);
    m_pages->addWidget(m_message);
    m_pages->addWidget(page);
    column->addWidget(m_pages, 1);

    auto *row = new QHBoxLayout;
    row->setSpacing(kUnit);
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(kUnit + 2);
    m_progress->setMinimumWidth(24 * kUnit);
    m_progress->setAccessibleName(tr("Progress of the check"));
    m_cancel->setToolTip(tr("Stops the check"));
    m_again->setToolTip(tr("Checks the map that the window shows now"));
    auto *close = new QPushButton(tr("Close"), this);
    for (QPushButton *button : {m_cancel, m_again, close})
        button->setAutoDefault(false);
    row->addWidget(m_progress);
    row->addWidget(m_cancel);
    row->addStretch(1);
    row->addWidget(m_again);
    row->addWidget(close);
    column->addLayout(row);

    connect(close, &QPushButton::clicked, this, &QDialog::close);
    connect(m_again, &QPushButton::clicked, this, &TrustDialog::check);
    connect(m_cancel, &QPushButton::clicked, this, &TrustDialog::cancel);
    connect(&m_service, &InferenceService::trustProgress, this,
            [this](double share) { m_progress->setValue(qRound(1000.0 * share)); });
    connect(&m_service, &InferenceService::trustFinished, this, &TrustDialog::finished);
    connect(&m_session.explain(), &ExplainState::explanationChanged, this,
            &TrustDialog::updateActions);
    connect(&m_session, &ReviewSession::currentFrameChanged, this, &TrustDialog::updateActions);
    setRunning(false);
    say(tr("Open a model and show a map, then check it here."));
    updateTitle();
    resize(118 * kUnit, 82 * kUnit);
}

bool TrustDialog::canCheck(const ReviewSession &session)
{
    const std::optional<Explanation> &explanation = session.explain().explanation();
    // The explanation of the frame before is still there while the new one is on its way.
    return session.explain().model() && explanation && !explanation->maps.isEmpty() &&
           explanation->request.key == session.currentKey();
}

void TrustDialog::check()
{
    if (!canCheck(m_session))
        return;
    const std::optional<Explanation> &explanation = m_session.explain().explanation();
    const ClassMap &map = explanation->maps.first();
    m_runningFrame = explanation->request.path.section(QLatin1Char('/'), -1);
    setRunning(true);
    m_progress->setValue(0);
    if (!m_report)
        say(tr("Checking %1 at layer %2...")
                .arg(targetName(m_session.explain().model()->info, map.target), map.layer));
    m_service.startTrust(explanation->request.path, map);
}

void TrustDialog::finished(const Result<TrustReport> &result)
{
    if (!m_running)
        return;
    setRunning(false);
    if (result) {
        setReport(*result, m_runningFrame);
        return;
    }
    m_report.reset();
    say(result.error().sentence());
    updateTitle();
}

void TrustDialog::setReport(const TrustReport &report, const QString &frame)
{
    m_report = report;
    m_frame = frame;
    const TrustCurves &curves = report.curves;
    m_reading->setText(trustReading(report));
    CurveSet deletion{curves.fractions, curves.shown.deletion, {}};
    CurveSet insertion{curves.fractions, curves.shown.insertion, {}};
    // Room for the line itself at both ends.
    double lowest = -0.02;
    double highest = 1.02;
    for (const TrustCurve &random : curves.random) {
        deletion.random.append(random.deletion);
        insertion.random.append(random.insertion);
    }
    if (!report.yIsProbability) {
        QList<double> all = curves.shown.deletion + curves.shown.insertion;
        for (const TrustCurve &random : curves.random)
            all += random.deletion + random.insertion;
        const auto [least, most] = std::minmax_element(all.begin(), all.end());
        const double margin = std::max(0.05 * (*most - *least), 0.01);
        lowest = *least - margin;
        highest = *most + margin;
    }
    const QString y = report.yIsProbability ? tr("Probability of %1").arg(report.target)
                                            : tr("Logit of %1").arg(report.target);
    m_deletion->setCurves(deletion, y, lowest, highest);
    m_insertion->setCurves(insertion, y, lowest, highest);
    m_deletionArea->setText(areaText(curves.shown.deletionArea, curves.random,
                                     &TrustCurve::deletionArea, tr("Smaller is better.")));
    m_insertionArea->setText(areaText(curves.shown.insertionArea, curves.random,
                                      &TrustCurve::insertionArea, tr("Larger is better.")));
    fillStrip();
    m_pages->setCurrentIndex(1);
    updateTitle();
    updateActions();
}

void TrustDialog::fillStrip()
{
    while (QLayoutItem *item = m_stripGrid->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    const auto add = [this](int place, const RawMap &map, const QString &name, const QString &tip,
                            const QString &value) {
        auto *picture = new QLabel(m_strip);
        picture->setPixmap(mapPixmap(map, devicePixelRatioF()));
        picture->setAlignment(Qt::AlignLeft | Qt::AlignBottom);
        picture->setFixedSize(stripHeight, stripHeight);
        picture->setToolTip(tip);
        picture->setAccessibleName(tip);
        m_stripGrid->addWidget(picture, 0, place);
        m_stripGrid->addWidget(caption(name, tip, m_strip), 1, place);
        m_stripGrid->addWidget(caption(value, tip, m_strip), 2, place);
    };
    add(0, m_report->map.map, tr("as it is"), tr("The map that is checked"), QString());
    int place = 0;
    for (const RandomisationStep &step : m_report->randomisation)
        add(++place, step.map, step.upTo,
            tr("Shuffled from the logits down to %1: rank correlation with the map as it is %2")
                .arg(step.upTo, number(step.rankCorrelation)),
            number(step.rankCorrelation));
    m_stripTitle->setVisible(place > 0);
    m_strip->setVisible(place > 0);
}

void TrustDialog::say(const QString &text)
{
    m_message->setText(text);
    m_pages->setCurrentIndex(0);
}

void TrustDialog::setRunning(bool running)
{
    m_running = running;
    m_progress->setVisible(running);
    m_cancel->setVisible(running);
    updateActions();
}

void TrustDialog::updateActions()
{
    m_again->setEnabled(!m_running && canCheck(m_session));
}

void TrustDialog::updateTitle()
{
    if (!m_report) {
        setWindowTitle(tr("Can It Be Trusted?"));
        return;
    }
    const CamMethodInfo *method = findCamMethod(m_report->map.method);
    setWindowTitle(tr("Can It Be Trusted? %1, %2, layer %3, %4")
                       .arg(m_frame, m_report->target, m_report->map.layer,
                            method ? method->title : m_report->map.method));
}

void TrustDialog::cancel()
{
    if (!m_running)
        return;
    setRunning(false); // an earlier result stays
    m_service.cancelTrust();
    if (!m_report)
        say(tr("The check was cancelled."));
}

void TrustDialog::done(int result)
{
    cancel();
    QDialog::done(result);
}

} // namespace birblens
